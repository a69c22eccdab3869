#include "base/digest.h"

#include <openssl/evp.h>

#include "base/assert.h"

namespace ordo::base {

Digest sha256(std::string_view bytes) {
  Digest digest;
  unsigned int size = 0;
  const int ok =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  ORDO_ASSERT(ok == 1 && size == digest.size());
  return digest;
}

}  // namespace ordo::base
