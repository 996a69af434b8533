// kstatus says of each object on standard input (JSON, one after the other) what kstatus makes of it,
// as Flux's controllers and `kubectl wait`-like tools do: {"status", "message"}, one a line.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type answer struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func main() {
	objects, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var said json.RawMessage
		if err := objects.Decode(&said); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(said); err != nil {
			log.Fatal(err)
		}
		found, err := status.Compute(object)
		if err != nil {
			log.Fatal(err)
		}
		if err := answers.Encode(answer{string(found.Status), found.Message}); err != nil {
			log.Fatal(err)
		}
	}
}
