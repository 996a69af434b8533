"""Four resources and what passes between them."""

from docs.site.pictures.shapes import arrow, box, drawing, note

SIZE = (180, 96)


def picture() -> str:
    return drawing(
        330,
        "Dataset to ModelVersion to Deployment; a MonitorPolicy judges the Deployment",
        (
            box((12, 20), SIZE, "data", "Dataset", "rows checked, cleaned,", "named by a digest"),
            box((288, 20), SIZE, "model", "ModelVersion", "trained, compared,", "gates, approval"),
            box((288, 210), SIZE, "serve", "Deployment", "stable and candidate,", "traffic in steps"),
            box((12, 210), SIZE, "watch", "MonitorPolicy", "errors, latency,", "any PromQL"),
            arrow((192, 68), (286, 68)),
            note((240, 60), "digest", anchor="middle"),
            arrow((378, 116), (378, 208)),
            note((370, 167), "bundle, once Ready", anchor="end"),
            arrow((192, 243), (286, 243)),
            note((240, 235), "verdicts", anchor="middle"),
            arrow((286, 276), (194, 276)),
            note((240, 294), "metrics", anchor="middle"),
        ),
    )
