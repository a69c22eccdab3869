#include "contract/object_store_contract.h"

#include "base/assert.h"
#include "files/object_directory.h"
#include "support/memory_objects.h"
#include "support/temp_dir.h"

namespace ordo::testing {
namespace {

class MemoryObjectsUnderTest : public ObjectsUnderTest {
 public:
  ports::ObjectStore& objects() override { return objects_; }
  void reopen() override {}

 private:
  MemoryObjects objects_{clock};
};

class FilesUnderTest : public ObjectsUnderTest {
 public:
  FilesUnderTest() { reopen(); }
  ports::ObjectStore& objects() override { return *objects_; }
  void reopen() override {
    auto opened = files::ObjectDirectory::open(directory_.file("objects"), clock);
    ORDO_ASSERT(opened.has_value());
    objects_ = std::move(*opened);
  }

 private:
  TempDir directory_ = TempDir::in_memory();
  std::unique_ptr<files::ObjectDirectory> objects_;
};

INSTANTIATE_TEST_SUITE_P(Homes, ObjectStoreContract, ::testing::ValuesIn(object_homes()),
                         [](const auto& suite) { return suite.param.name; });

}  // namespace

std::vector<ObjectsFactory> object_homes() {
  return {{"Memory", [] { return std::make_unique<MemoryObjectsUnderTest>(); }},
          {"Files", [] { return std::make_unique<FilesUnderTest>(); }}};
}

}  // namespace ordo::testing
