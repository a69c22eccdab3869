#include "contract/object_store_contract.h"

#include "aws/dynamo_tables.h"
#include "aws/s3_objects.h"
#include "base/assert.h"
#include "support/aws_emulator.h"

namespace ordo::testing {
namespace {

// Buckets of S3 that are empty, for all that the suite puts into.
class S3UnderTest final : public ObjectsUnderTest {
 public:
  S3UnderTest() {
    for (const std::string& name : {std::string("results"), std::string("odd"),
                                    std::string("bucket"), std::string(63, '.')}) {
      aws::Endpoint endpoint = emulated_.endpoint("s3");
      endpoint.url += "/" + unique_name("objects");
      net::Request make;
      make.method = "PUT";
      make.path = "/";
      make.body =
          "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint>"
          "</CreateBucketConfiguration>";
      ORDO_ASSERT(aws::ServiceClient(context(), endpoint).call(make).has_value());
      buckets_[name] = endpoint;
    }
    reopen();
  }
  ports::ObjectStore& objects() override { return *objects_; }
  void reopen() override { objects_ = std::make_unique<aws::S3Objects>(context(), buckets_); }

 private:
  // By the clock of the suite.
  aws::CallContext context() {
    const aws::CallContext real = emulated_.context();
    return {real.http, real.credentials, clock, real.random, real.pause};
  }

  EmulatedAws emulated_;
  std::map<std::string, aws::Endpoint> buckets_;
  std::unique_ptr<aws::S3Objects> objects_;
};

INSTANTIATE_TEST_SUITE_P(Aws, ObjectStoreContract, ::testing::ValuesIn(object_homes()),
                         [](const auto& suite) { return suite.param.name; });

}  // namespace

std::vector<ObjectsFactory> object_homes() {
  return {{"S3", [] { return std::make_unique<S3UnderTest>(); }}};
}

}  // namespace ordo::testing
