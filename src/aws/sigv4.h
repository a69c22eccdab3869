// AWS Signature Version 4, as headers of a request. Pure: no clock, no I/O.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "net/http.h"

namespace ordo::aws {

// Who calls. Only the first field may be told to anybody.
struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token = {};                 // empty: of long-term credentials
  std::optional<base::WallTime> expires_at = {};  // nothing: not that one knows of

  friend bool operator==(const Credentials&, const Credentials&) = default;
};

// What a signature is good for.
struct SigningScope {
  std::string region;   // "eu-central-1"
  std::string service;  // "sqs"; "s3" has rules of its own for paths and bodies
};

// Adds X-Amz-Date, X-Amz-Security-Token (with a session), X-Amz-Content-Sha256 (for S3) and
// Authorization, of which the request has none yet. What is signed: the method, the path and the
// query, both as they are sent, the body, and all headers but those that connections and proxies
// may add or change. Host must be among them, as it is sent.
void sign(net::Request& request, const SigningScope& scope, const Credentials& credentials,
          base::WallTime now);

// The text whose hash is signed, for who looks for the reason of a refusal. Of a request whose
// headers are complete but for Authorization.
[[nodiscard]] std::string canonical_request(const net::Request& request, const SigningScope& scope);

}  // namespace ordo::aws
