#include "aws/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/iso8601.h"
#include "support/scripted_service.h"
#include "support/temp_dir.h"

namespace ordo::aws {
namespace {

using testing::environment_of;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScriptedService;
using ::testing::SizeIs;

class Ambient : public ::testing::Test {
 protected:
  AmbientCredentials with(std::map<std::string, std::string> variables) {
    return {environment_of(std::move(variables)), service.http, service.clock,
            [this](base::Millis pause) { service.wait(pause); }};
  }
  AmbientCredentials in_container() {
    return with({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", service.url() + "/role?a=b"}});
  }
  // What the container says: a session until so long after now.
  void then_session(const std::string& id, base::Millis lasts) {
    service.then(200, R"({"RoleArn":"r","AccessKeyId":")" + id +
                          R"(","SecretAccessKey":"hush","Token":"t","Expiration":")" +
                          base::format_time(service.clock.wall() + lasts) + R"("})");
  }
  static std::string id_of(CredentialsSource& source) {
    const auto credentials = source.get();
    return credentials ? credentials->access_key_id : "error: " + credentials.error().message;
  }

  ScriptedService service;
  const testing::TempDir home;
};

TEST_F(Ambient, CredentialsAreThoseOfTheEnvironmentFirst) {
  std::ofstream(home.file("c")) << "[default]\naws_access_key_id=F\naws_secret_access_key=s\n";
  auto source = with({{"AWS_ACCESS_KEY_ID", "E"},
                      {"AWS_SECRET_ACCESS_KEY", "s"},
                      {"AWS_SESSION_TOKEN", "t"},
                      {"AWS_SHARED_CREDENTIALS_FILE", home.file("c")}});
  EXPECT_EQ(source.get(), (Credentials{"E", "s", "t"}));
  EXPECT_THAT(service.asked(), SizeIs(0));
}

TEST_F(Ambient, CredentialsAreThoseOfTheSharedFilesNext) {
  std::ofstream(home.file("c")) << "[default]\naws_access_key_id = F\naws_secret_access_key = s\n"
                                   "aws_session_token = t\n";
  std::ofstream(home.file("config")) << "[profile work]\naws_access_key_id = W\n"
                                        "aws_secret_access_key = s\n";
  const std::map<std::string, std::string> files = {
      {"AWS_SHARED_CREDENTIALS_FILE", home.file("c")},
      {"AWS_CONFIG_FILE", home.file("config")},
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", service.url()}};
  EXPECT_EQ(with(files).get(), (Credentials{"F", "s", "t"}));
  auto work = files;
  work["AWS_PROFILE"] = "work";
  EXPECT_EQ(with(work).get(), (Credentials{"W", "s", ""}));
  EXPECT_THAT(service.asked(), SizeIs(0));
}

TEST_F(Ambient, CredentialsOfAFileAreReadAgainWhenTheyAreRejected) {
  const auto write = [&](const std::string& id) {
    std::ofstream(home.file("c")) << "[default]\naws_access_key_id = " + id +
                                         "\naws_secret_access_key = s\n";
  };
  write("A");
  auto source = with({{"AWS_SHARED_CREDENTIALS_FILE", home.file("c")}});
  EXPECT_EQ(id_of(source), "A");
  write("B");
  EXPECT_EQ(id_of(source), "A");
  source.reject({"other", "s"});
  EXPECT_EQ(id_of(source), "A");
  source.reject({"A", "s"});
  EXPECT_EQ(id_of(source), "B");
}

TEST_F(Ambient, CredentialsAreWholeOrNone) {
  auto key = with({{"AWS_ACCESS_KEY_ID", "E"}});
  auto secret = with({{"AWS_SECRET_ACCESS_KEY", "hush"}});
  EXPECT_THAT(id_of(key), HasSubstr("without its secret access key"));
  EXPECT_THAT(id_of(secret), HasSubstr("without its access key id"));
  EXPECT_THAT(id_of(secret), Not(HasSubstr("hush")));
  EXPECT_EQ(secret.get().error().code, base::ErrorCode::invalid);
}

TEST_F(Ambient, CredentialsThatAreNowhereAreAskedFor) {
  auto source = with({{"HOME", home.path().string()}});
  const auto none = source.get();
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, base::ErrorCode::unavailable);
  for (const char* const place : {"AWS_ACCESS_KEY_ID", ".aws/credentials", ".aws/config",
                                  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "aws configure"}) {
    EXPECT_THAT(none.error().message, HasSubstr(place));
  }
}

TEST_F(Ambient, ProfilesOfOtherKindsSayWhoCanReadThem) {
  for (const std::string way : {"role_arn", "sso_session", "credential_process"}) {
    std::ofstream(home.file("config")) << "[default]\n" + way + " = x\n";
    auto source = with({{"AWS_CONFIG_FILE", home.file("config")}});
    EXPECT_THAT(id_of(source), HasSubstr(way));
    EXPECT_THAT(id_of(source), HasSubstr("export-credentials"));
  }
}

TEST_F(Ambient, CredentialsOfAContainerAreAskedOfIt) {
  std::ofstream(home.file("token")) << "from a file\n";
  auto source = with({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", service.url() + "/role?a=b"},
                      {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "from the environment"}});
  then_session("C", std::chrono::hours(1));
  const auto credentials = source.get();
  ASSERT_TRUE(credentials.has_value()) << credentials.error().message;
  EXPECT_EQ(credentials->access_key_id, "C");
  EXPECT_EQ(credentials->secret_access_key, "hush");
  EXPECT_EQ(credentials->session_token, "t");
  EXPECT_EQ(credentials->expires_at, service.clock.wall() + std::chrono::hours(1));
  auto by_file = with({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", service.url()},
                       {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "from the environment"},
                       {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", home.file("token")}});
  then_session("D", std::chrono::hours(1));
  EXPECT_EQ(id_of(by_file), "D");
  const auto asked = service.asked();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_EQ(asked[0].method + " " + asked[0].path + "?" + asked[0].query, "GET /role?a=b");
  EXPECT_EQ(asked[0].headers.get("Authorization"), "from the environment");
  EXPECT_EQ(asked[1].headers.get("Authorization"), "from a file");
}

TEST_F(Ambient, CredentialsOfAContainerAreRenewedInTime) {
  auto source = in_container();
  then_session("A", std::chrono::hours(1));
  EXPECT_EQ(id_of(source), "A");
  service.clock.advance(std::chrono::minutes(54));
  EXPECT_EQ(id_of(source), "A");
  EXPECT_THAT(service.asked(), SizeIs(1));
  service.clock.advance(std::chrono::minutes(2));
  then_session("B", std::chrono::hours(1));
  EXPECT_EQ(id_of(source), "B");
}

TEST_F(Ambient, CredentialsServeToTheirEndWhileNoNewOnesCome) {
  auto source = in_container();
  then_session("A", std::chrono::hours(1));
  EXPECT_EQ(id_of(source), "A");
  service.clock.advance(std::chrono::minutes(56));
  service.then(400, "{}");
  EXPECT_EQ(id_of(source), "A");
  // Not asked for at each call.
  EXPECT_EQ(id_of(source), "A");
  EXPECT_THAT(service.asked(), SizeIs(2));
  service.clock.advance(std::chrono::minutes(5));
  service.then(400, "{}");
  EXPECT_THAT(id_of(source), HasSubstr("it answers 400"));
  then_session("B", std::chrono::hours(1));
  EXPECT_EQ(id_of(source), "B");
}

TEST_F(Ambient, CredentialsThatAreNearlyOverAreNotRenewedAtEachCall) {
  auto source = in_container();
  then_session("A", std::chrono::minutes(3));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(id_of(source), "A");
  EXPECT_THAT(service.asked(), SizeIs(1));
  service.clock.advance(kPauseBetweenRenewals);
  then_session("B", std::chrono::minutes(3));
  EXPECT_EQ(id_of(source), "B");
}

TEST_F(Ambient, CredentialsOfAContainerThatFailsAreAskedForAgain) {
  auto source = in_container();
  service.then(500);
  service.then(200, "no JSON");
  then_session("A", std::chrono::hours(1));
  EXPECT_EQ(id_of(source), "A");
  EXPECT_THAT(service.pauses(), SizeIs(2));
}

TEST_F(Ambient, AnswersOfAContainerAreCheckedAndNotQuoted) {
  for (const std::string body :
       {R"({"AccessKeyId":"A"})", R"({"AccessKeyId":"A","SecretAccessKey":""})",
        R"({"AccessKeyId":"A","SecretAccessKey":"hush","Expiration":"soon"})", R"(["hush"])"}) {
    auto source = in_container();
    for (unsigned i = 0; i < kContainerTries; ++i) service.then(200, body);
    EXPECT_THAT(id_of(source), HasSubstr("error: ")) << body;
    EXPECT_THAT(id_of(source), Not(HasSubstr("hush")));
  }
}

TEST_F(Ambient, ContainersAreOnlyAskedWhereNobodyListens) {
  for (const char* const url : {"http://example.com/role", "http://10.0.0.1/",
                                "http://127.0.0.1@example.com/", "http://127.0.0.1.example.com/",
                                "http://localhost.example.com/", "ftp://localhost/", "x"}) {
    auto source = with({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", url}});
    EXPECT_THAT(id_of(source), HasSubstr("AWS_CONTAINER_CREDENTIALS_FULL_URI must be")) << url;
  }
  auto relative = with({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@example.com/"}});
  EXPECT_THAT(id_of(relative), HasSubstr("must be a path"));
}

TEST_F(Ambient, TokensOfAContainerAreOneLine) {
  auto two = with({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", service.url()},
                   {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush\r\nX: y"}});
  EXPECT_THAT(id_of(two), HasSubstr("several lines"));
  EXPECT_THAT(id_of(two), Not(HasSubstr("hush")));
  auto none = with({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", service.url()},
                    {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", home.file("none")}});
  EXPECT_THAT(id_of(none), HasSubstr("cannot be read"));
  EXPECT_THAT(service.asked(), SizeIs(0));
}

TEST_F(Ambient, CredentialsAreLookedForByOneOfManyThreads) {
  auto source = in_container();
  then_session("A", std::chrono::hours(1));
  constexpr int kThreads = 16;
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] { right += id_of(source) == "A" ? 1 : 0; });
    }
  }
  EXPECT_EQ(right, kThreads);
  EXPECT_THAT(service.asked(), SizeIs(1));
}

}  // namespace
}  // namespace ordo::aws
