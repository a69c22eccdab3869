#include "base/json_pointer.h"

#include <gtest/gtest.h>

namespace ordo::base {
namespace {

TEST(JsonPointer, AStepIsANameWithItsSlashesAndTildesEscaped) {
  std::string pointer("/a");
  append_pointer_step(pointer, "b");
  EXPECT_EQ(pointer, "/a/b");
  append_pointer_step(pointer, "c/d~e~1");
  EXPECT_EQ(pointer, "/a/b/c~1d~0e~01");
  append_pointer_step(pointer, "");
  EXPECT_EQ(pointer, "/a/b/c~1d~0e~01/");
}

}  // namespace
}  // namespace ordo::base
