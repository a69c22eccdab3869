// "http:invoke" as the machines' service calls do it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/http_call.h"
#include "app/service_calls.h"
#include "support/fake_clock.h"
#include "support/memory_store.h"
#include "support/scripted_host.h"

namespace ordo::app {
namespace {

using ::testing::ElementsAre;

// What is called stays under way until the test answers it.
class HeldHttp : public ports::HttpCaller {
 public:
  void call(ports::HttpCall call, ports::OnHttpAnswered answer) override {
    calls.push_back(std::move(call));
    answers.push_back(std::move(answer));
  }
  void cancel(const std::string& key) override { cancelled.push_back(key); }

  std::vector<ports::HttpCall> calls;
  std::vector<ports::OnHttpAnswered> answers;
  std::vector<std::string> cancelled;
};

class HttpCallService : public ::testing::Test {
 protected:
  void call(ServiceCalls& services, const std::string& parameters) {
    services.call({domain::ExecutionId("e"), "token-1", &resource_, parameters},
                  [this](ResourceOutcome outcome) {
                    EXPECT_FALSE(told_) << "answered twice";
                    told_ = std::move(outcome);
                  });
  }
  [[nodiscard]] std::string told() const {
    if (!told_) return "nothing";
    if (const auto* done = std::get_if<CallDone>(&*told_)) return done->output;
    const auto* failed = std::get_if<CallNotDone>(&*told_);
    return failed == nullptr ? "under way" : failed->fault.error;
  }

  static constexpr const char* kParameters =
      R"({"ApiEndpoint":"https://a.example","Method":"GET","Authentication":{"ConnectionArn":"c"}})";

  const states::Resource resource_ = *states::parse_resource("arn:aws:states:::http:invoke");
  testing::FakeClock clock_;
  testing::SeededRandom random_;
  testing::MemoryStore store_;
  domain::Queues queues_;
  Committer committer_{store_, clock_, {}, [](const base::Error&) {}};
  Readers readers_{store_.reads(), 0};
  Backend backend_{.committer = committer_,
                   .readers = readers_,
                   .clock = clock_,
                   .random = random_,
                   .queues = queues_};
  testing::ScriptedHost host_;
  HeldHttp http_;
  ServiceCalls services_{{.backend = backend_, .host = host_, .http = &http_}};
  std::optional<ResourceOutcome> told_;
};

TEST_F(HttpCallService, IsDoneWhenItsAnswerComes) {
  call(services_, kParameters);
  ASSERT_EQ(http_.calls.size(), 1U);
  EXPECT_EQ(http_.calls[0].connection, "c");
  EXPECT_EQ(http_.calls[0].key, "token-1");
  EXPECT_EQ(told(), "nothing");
  ports::HttpAnswer answer;
  answer.status_text = "OK";
  http_.answers[0](std::move(answer));
  EXPECT_EQ(told(), R"({"Headers":{},"ResponseBody":"","StatusCode":200,"StatusText":"OK"})");
}

TEST_F(HttpCallService, FailsAsItsAnswerSays) {
  call(services_, kParameters);
  ports::HttpAnswer answer;
  answer.status = 429;
  http_.answers[0](std::move(answer));
  EXPECT_EQ(told(), "States.Http.StatusCode.429");
}

TEST_F(HttpCallService, IsGivenUpByItsToken) {
  call(services_, kParameters);
  services_.give_up("token-1");
  EXPECT_THAT(http_.cancelled, ElementsAre("token-1"));
}

TEST_F(HttpCallService, IsNotMadeWithWrongParametersOrWithoutAnyConnection) {
  call(services_, R"({"ApiEndpoint":"https://a.example","Method":"GET"})");
  EXPECT_EQ(told(), states::kRuntime);
  EXPECT_TRUE(http_.calls.empty());
  told_.reset();
  ServiceCalls closed({.backend = backend_, .host = host_});
  call(closed, kParameters);
  EXPECT_EQ(told(), kNoHttpConnection);
  closed.give_up("token-1");
}

}  // namespace
}  // namespace ordo::app
