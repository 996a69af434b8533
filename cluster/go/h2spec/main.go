// h2spec, the conformance kit of HTTP/2 (RFC 9113's predecessor, RFC 7540, and RFC 7541), with what the tests need of it.
package main

import (
	"flag"
	"log"
	"os"
	"time"

	"github.com/summerwind/h2spec"
	"github.com/summerwind/h2spec/config"
)

func main() {
	c := &config.Config{Host: "127.0.0.1", Path: "/", MaxHeaderLen: 4000, Strict: true}
	flag.IntVar(&c.Port, "port", 0, "where the server listens on 127.0.0.1")
	flag.StringVar(&c.JUnitReport, "report", "", "the file for what became of each case")
	flag.DurationVar(&c.Timeout, "timeout", 2*time.Second, "how long a case may take")
	flag.Parse()
	passed, err := h2spec.Run(c)
	if err != nil {
		log.Fatal(err)
	}
	if !passed {
		os.Exit(1)
	}
}
