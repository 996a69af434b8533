"""Who sends a request where, and who only says where it should go."""

from docs.site.pictures.shapes import arrow, box, drawing, note


def picture() -> str:
    return drawing(
        430,
        "A client asks Envoy, which splits between stable and candidate; the operator only writes status",
        (
            box((12, 20), (190, 56), "plain", "Client", "http://NAME.NAMESPACE"),
            box((155, 130), (170, 92), "serve", "Router", "Envoy, twice or more,", "each with its agent"),
            box((12, 300), (150, 76), "serve", "Stable", "pods of the revision", "that is trusted"),
            box((318, 300), (150, 76), "model", "Candidate", "pods of the one", "on trial"),
            box((318, 20), (150, 56), "watch", "Operator", "writes status only"),
            arrow((120, 76), (200, 128)),
            note((110, 112), "requests", anchor="end"),
            arrow((360, 76), (280, 128), dashed=True),
            note((346, 108), "weight, while its", "Lease changes"),
            arrow((200, 222), (110, 298)),
            note((132, 254), "the rest", anchor="end"),
            arrow((280, 222), (370, 298)),
            note((346, 254), "weight %"),
            arrow((316, 338), (164, 338)),
            note((240, 356), "what it fails or delays,", "stable answers", anchor="middle"),
            note((240, 414), "no operator, no Lease: 100 % stable within seconds", anchor="middle"),
        ),
    )
