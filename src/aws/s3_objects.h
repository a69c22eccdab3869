// Objects in S3.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service_client.h"
#include "ports/object_store.h"

namespace ordo::aws {

// How many listed objects are asked side by side for their types.
inline constexpr std::size_t kSideBySide = 8;
inline constexpr std::size_t kMaxListed = 1000;  // what S3 lists at once

// Any thread. Ordo's buckets are buckets of S3 by a map: others cannot be put into and have nothing
// in them. As with other homes, a bucket is there once something was put into it.
//
// When an object was put is kept with it to the millisecond, by our clock; of what others put there
// it is what S3 says, to the second. ETags are those of S3, which of objects that a KMS key
// encrypts are not the MD5 of what they hold. A list asks for each object's type.
class S3Objects : public ports::ObjectStore {
 public:
  // Ordo's name of each bucket, and where S3 has it: see find_bucket_endpoint().
  S3Objects(const CallContext& context, const std::map<std::string, Endpoint>& buckets);

  base::Result<ports::ObjectInfo> put(const std::string& bucket, const std::string& key,
                                      const std::string& body,
                                      const std::string& content_type) override;
  base::Result<std::optional<ports::Object>> get(const std::string& bucket,
                                                 const std::string& key) override;
  // At most kMaxListed, whatever the limit.
  base::Result<std::optional<ports::ObjectPage>> list(const std::string& bucket,
                                                      const std::string& prefix,
                                                      const std::string& after,
                                                      std::size_t limit) override;

 private:
  [[nodiscard]] ServiceClient* bucket_of(const std::string& name) const;

  const ports::Clock& clock_;
  std::map<std::string, std::unique_ptr<ServiceClient>> buckets_;
};

// What ListObjectsV2 answers, as far as it is needed. Pure.
struct ListedKeys {
  std::vector<std::string> keys;
  bool more = false;
};
base::Result<ListedKeys> read_listed_keys(std::string_view xml);

}  // namespace ordo::aws
