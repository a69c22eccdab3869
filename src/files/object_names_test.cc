#include "files/object_names.h"

#include <gtest/gtest.h>

#include <string>

#include "ports/object_rules.h"

namespace ordo::files {
namespace {

TEST(FileNameOfAKey, IsTheKeyWhereAFileNameCanHoldIt) {
  for (const char* key : {"a", "order-1.json", "Grüße 世界", "a.b", "~", "a\\b:c*"}) {
    EXPECT_EQ(file_name_of(key), key);
  }
}

TEST(FileNameOfAKey, NeverLeavesTheDirectoryNorHides) {
  EXPECT_EQ(file_name_of(".."), "%2E.");
  EXPECT_EQ(file_name_of("."), "%2E");
  EXPECT_EQ(file_name_of(".record"), "%2Erecord");
  EXPECT_EQ(file_name_of("../x"), "%2E.%2Fx");
  EXPECT_EQ(file_name_of("a//b"), "a%2F%2Fb");
  EXPECT_EQ(file_name_of("%2F"), "%252F");
}

TEST(FileNameOfAKey, IsCutWhenItIsTooLong) {
  EXPECT_EQ(file_name_of(std::string(255, 'k')).size(), 255U);
  EXPECT_FALSE(is_cut(file_name_of(std::string(255, 'k'))));
  for (const std::string& key : {std::string(256, 'k'), std::string(1024, '/')}) {
    const std::string name = file_name_of(key);
    EXPECT_LE(name.size(), kMaxFileName);
    EXPECT_TRUE(is_cut(name));
    EXPECT_FALSE(key_of_file_name(name));
  }
  EXPECT_NE(file_name_of(std::string(300, 'k') + "1"), file_name_of(std::string(300, 'k') + "2"));
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ä";
  EXPECT_EQ(file_name_of(umlauts).find("%~") % 2, 0U) << "between characters";
}

TEST(FileNameOfAKey, IsReadBack) {
  for (const char* key : {"a", "..", "a/b", "100%", "%2F", "%~", "x y"}) {
    EXPECT_EQ(key_of_file_name(file_name_of(key)), key);
  }
  for (const char* foreign : {"%41", "%zz", "%2f", "\xff", "%0A", "%"}) {
    EXPECT_FALSE(key_of_file_name(foreign)) << foreign;
  }
}

TEST(BucketName, HasFewCharacters) {
  for (const char* name : {"abc", "order-results", "a.b", "..."}) {
    EXPECT_TRUE(ports::is_bucket_name(name)) << name;
  }
  for (const char* name : {"", "ab", "..", "Abc", "a_b", "a/b", "äbc"}) {
    EXPECT_FALSE(ports::is_bucket_name(name)) << name;
  }
}

}  // namespace
}  // namespace ordo::files
