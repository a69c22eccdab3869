"""The routes that the function `api` offers; there is nothing at any other path."""

NOT_OFFERED = "the aws home does not offer this route: AWS has its own for it"
ITS_OWN_DOCUMENT = "the document of the function lists what the function offers"
ROUTES = (
    ("POST", "/tasks"),
    ("GET", "/tasks"),
    ("POST", "/tasks/batch"),
    ("GET", "/tasks/{id}"),
    ("PATCH", "/tasks/{id}"),
    ("DELETE", "/tasks/{id}"),
    ("POST", "/tasks/{id}/cancel"),
    ("POST", "/tasks/{id}/retry"),
    ("GET", "/tasks/{id}/attempts"),
    ("GET", "/dead-letters"),
    ("DELETE", "/dead-letters"),
    ("POST", "/dead-letters/redrive"),
    ("POST", "/orders"),
    ("GET", "/orders"),
    ("GET", "/orders/{record_id}"),
    ("GET", "/objects/{bucket}"),
    ("GET", "/objects/{bucket}/{key}"),
    ("GET", "/livez"),
    ("GET", "/openapi.json"),
)
