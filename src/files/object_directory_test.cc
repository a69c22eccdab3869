#include "files/object_directory.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/digest.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace ordo::files {
namespace {

namespace fs = std::filesystem;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class ObjectDirectoryTest : public ::testing::Test {
 protected:
  void open() { objects_ = std::move(*ObjectDirectory::open(path_, clock_)); }
  void SetUp() override { open(); }
  std::string in(const std::string& name) const { return path_ + "/results/" + name; }
  std::vector<std::string> names(const std::string& directory) const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(directory)) {
      all.push_back(entry.path().filename().string());
    }
    std::ranges::sort(all);
    return all;
  }
  ports::Object get(const std::string& key) {
    return objects_->get("results", key).value().value();
  }
  std::vector<ports::ObjectInfo> listed() {
    return objects_->list("results", "", "", 100).value()->items;
  }

  testing::TempDir directory_ = testing::TempDir::in_memory();
  std::string path_ = directory_.file("objects");
  testing::FakeClock clock_;
  std::unique_ptr<ObjectDirectory> objects_;
};

TEST_F(ObjectDirectoryTest, ABodyIsAPlainFileOfItsOwner) {
  (void)objects_->put("results", "2026/order 1.json", "{}", "application/json");
  EXPECT_EQ(content_of(in("2026%2Forder 1.json")), "{}");
  EXPECT_EQ(names(path_ + "/results"),
            (std::vector<std::string>{".record", "2026%2Forder 1.json"}));
  for (const std::string& file : {in("2026%2Forder 1.json"), in(".record/2026%2Forder 1.json")}) {
    EXPECT_EQ(fs::status(file).permissions(), fs::perms(0600)) << file;
  }
  for (const std::string& directory : {path_, in(""), in(".record")}) {
    EXPECT_EQ(fs::status(directory).permissions(), fs::perms(0700)) << directory;
  }
}

TEST_F(ObjectDirectoryTest, ABodyChangedByHandIsRecognised) {
  (void)objects_->put("results", "k", "one", "text/html");
  write(in("k"), "three");
  EXPECT_EQ(listed().front().etag, base::md5_hex("three"));
  EXPECT_EQ(get("k").info.bytes, 5U);
  EXPECT_EQ(get("k").info.content_type, "application/octet-stream");
}

TEST_F(ObjectDirectoryTest, ACopyOfTheSameBytesKeepsItsType) {
  (void)objects_->put("results", "k", "one", "text/html");
  fs::copy(in("k"), in("copy"));
  fs::rename(in("copy"), in("k"));
  EXPECT_EQ(get("k").info.content_type, "text/html");
}

TEST_F(ObjectDirectoryTest, WhatWasPutThereByHandIsAnObject) {
  fs::create_directories(path_ + "/by-hand");
  write(path_ + "/by-hand/list.csv", "a,b");
  const auto items = objects_->list("by-hand", "", "", 10).value()->items;
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items.front().content_type, "text/csv");
  EXPECT_EQ(objects_->get("by-hand", "list.csv").value()->body, "a,b");
}

TEST_F(ObjectDirectoryTest, ADamagedRecordIsMadeAnew) {
  (void)objects_->put("results", "k.json", "{}", "application/json");
  for (const std::string bad : {"", "{", R"({"key":"k.json","bodies":[{}]})", "\xff"}) {
    write(in(".record/k.json"), bad);
    EXPECT_EQ(get("k.json").info.content_type, "application/json") << bad;
    EXPECT_NE(content_of(in(".record/k.json")), bad);
  }
}

TEST_F(ObjectDirectoryTest, ARecordOfABodyThatNeverGotItsNameTellsOfTheOneThatIsThere) {
  (void)objects_->put("results", "k", "old", "text/old");
  fs::create_hard_link(in("k"), in(".keep"));  // the old body, with its inode
  (void)objects_->put("results", "k", "new", "text/new");
  fs::rename(in(".keep"), in("k"));
  EXPECT_EQ(get("k").info.content_type, "text/old");
  EXPECT_EQ(get("k").info.etag, base::md5_hex("old"));
}

TEST_F(ObjectDirectoryTest, LeftOverTemporariesAreGoneWhenItIsOpened) {
  (void)objects_->put("results", "k", "body", "text/plain");
  write(in(".tmp-7"), "half");
  write(in(".record/.tmp-8"), "half");
  open();
  EXPECT_EQ(names(path_ + "/results"), (std::vector<std::string>{".record", "k"}));
  EXPECT_EQ(names(path_ + "/results/.record"), std::vector<std::string>{"k"});
}

TEST_F(ObjectDirectoryTest, ABucketThatWasRemovedMeanwhileIsMadeAnew) {
  ASSERT_TRUE(objects_->put("results", "k", "one", "text/plain"));
  fs::remove_all(path_ + "/results");
  EXPECT_FALSE(objects_->list("results", "", "", 10).value());
  ASSERT_TRUE(objects_->put("results", "k", "two", "text/plain"));
  EXPECT_EQ(get("k").body, "two");
  fs::remove_all(in(".record"));
  ASSERT_TRUE(objects_->put("results", "k", "three", "text/html"));
  EXPECT_EQ(get("k").info.content_type, "text/html");
  EXPECT_EQ(names(path_ + "/results"), (std::vector<std::string>{".record", "k"}));
}

TEST_F(ObjectDirectoryTest, WithoutTheDirectoryOfAllBucketsNothingIsPut) {
  ASSERT_TRUE(objects_->put("results", "k", "one", "text/plain"));
  fs::remove_all(path_);
  const auto put = objects_->put("results", "k", "two", "text/plain");
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, base::ErrorCode::unavailable);
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(ObjectDirectoryTest, OnlyPlainFilesWithNamesOfKeysAreObjects) {
  (void)objects_->put("results", "k", "body", "text/plain");
  fs::create_directory(in("directory"));
  fs::create_symlink("/etc/hostname", in("link"));
  ASSERT_EQ(::mkfifo(in("pipe").c_str(), 0600), 0);
  write(in("%zz"), "foreign");
  write(in("%41"), "foreign");
  EXPECT_EQ(listed().size(), 1U);
  for (const char* key : {"directory", "link", "pipe", "A"}) {
    EXPECT_FALSE(objects_->get("results", key).value()) << key;
  }
}

TEST_F(ObjectDirectoryTest, AFullDiskIsSaidAndLeavesWhatIsThere) {
  (void)objects_->put("results", "k", "old", "text/plain");
  const pid_t child = ::fork();
  if (child == 0) {
    (void)::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto put = objects_->put("results", "k", std::string(1'000'000, 'x'), "text/plain");
    ::_exit(!put && put.error().code == base::ErrorCode::unavailable ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(get("k").body, "old");
  EXPECT_EQ(names(path_ + "/results"), (std::vector<std::string>{".record", "k"}));
}

// What a child does until it is killed: it says through `told` what it has put.
[[noreturn]] void put_for_ever(const std::string& path, int told) {
  testing::FakeClock clock;
  auto objects = std::move(*ObjectDirectory::open(path, clock));
  for (unsigned n = 1;; ++n) {
    const std::string key = fmt::format("k{}", n % 3);
    const std::string body(n % 5 * 3000 + 1, static_cast<char>('a' + n % 26));
    if (!objects->put("results", key, body, fmt::format("type/{}", body.front()))) ::_exit(1);
    if (::write(told, &n, sizeof(n)) != sizeof(n)) ::_exit(1);
  }
}

TEST_F(ObjectDirectoryTest, KilledInTheMiddleOfPutsEachObjectIsOldOrNew) {
  for (int round = 0; round < 25; ++round) {
    int told[2];
    ASSERT_EQ(::pipe(told), 0);
    const pid_t child = ::fork();
    if (child == 0) put_for_ever(path_, told[1]);
    ::close(told[1]);
    // At another moment each time.
    unsigned last = 0;
    const unsigned wanted = 10U + static_cast<unsigned>(round) * 3U;
    while (last < wanted && ::read(told[0], &last, sizeof(last)) == sizeof(last)) {
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    while (::read(told[0], &last, sizeof(last)) == sizeof(last)) {
    }
    ::close(told[0]);
    ASSERT_TRUE(WIFSIGNALED(status));

    open();
    ASSERT_EQ(listed().size(), 3U);
    for (const ports::ObjectInfo& info : listed()) {
      const ports::Object object = get(info.key);
      ASSERT_EQ(object.body, std::string(object.body.size(), object.body.front()));
      EXPECT_EQ(info.etag, base::md5_hex(object.body));
      EXPECT_EQ(info.content_type, fmt::format("type/{}", object.body.front()));
    }
    // What was said to be put is there, or what came after it.
    const ports::Object newest = get(fmt::format("k{}", last % 3));
    const auto body_of = [](unsigned n) {
      return std::string(n % 5 * 3000 + 1, static_cast<char>('a' + n % 26));
    };
    EXPECT_TRUE(newest.body == body_of(last) || newest.body == body_of(last + 3));
    for (const std::string& name : names(path_ + "/results")) {
      EXPECT_FALSE(name.starts_with(".tmp-")) << name;
    }
  }
}

}  // namespace
}  // namespace ordo::files
