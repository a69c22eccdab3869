#include "ordo/request_log.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "support/fake_clock.h"

namespace ordo::program {
namespace {

using ::testing::HasSubstr;

class RequestLogTest : public ::testing::Test {
 protected:
  // What `use` has written.
  template <class Use>
  std::string written(bool all, Use use) {
    ::testing::internal::CaptureStderr();
    {
      Log log(clock_, "json", "info");
      RequestLog requests(log, clock_, all);
      use(requests);
    }
    return ::testing::internal::GetCapturedStderr();
  }
  static api::Answered answered(int status, std::string_view trace = "",
                                std::string_view method = "POST",
                                std::string_view route = "/tasks") {
    return {method, route, route, status, {}, "id", trace, "peer", 0, 0, ""};
  }
  testing::FakeClock clock_;
};

TEST_F(RequestLogTest, AnAcceptedTaskWithATraceHasALine) {
  const std::string log = written(false, [](RequestLog& requests) {
    requests.add(answered(201, "00-a-b-01"));
    requests.add(answered(200, "00-c-d-01", "POST", "/tasks/batch"));
    requests.add(answered(201));
    requests.add(answered(400, "00-e-f-01"));
    requests.add(answered(200, "00-e-f-01", "GET", "/tasks"));
  });
  EXPECT_EQ(std::ranges::count(log, '\n'), 2) << log;
  EXPECT_THAT(log, HasSubstr("00-a-b-01"));
  EXPECT_THAT(log, HasSubstr("00-c-d-01"));
}

TEST_F(RequestLogTest, FailuresHaveTenLinesASecondAndACount) {
  const std::string log = written(false, [&](RequestLog& requests) {
    for (int i = 0; i < 1000; ++i) requests.add(answered(503));
    clock_.advance(base::Millis(1'000));
    requests.add(answered(503));
    for (int i = 0; i < 20; ++i) requests.add(answered(500));
    clock_.advance(base::Millis(1'000));
    requests.add(answered(201));
    for (int i = 0; i < 12; ++i) requests.add(answered(500));
    requests.tell_surplus();
  });
  EXPECT_EQ(std::ranges::count(log, '\n'), 10 + 1 + 10 + 1 + 10 + 1) << log;
  EXPECT_THAT(log, HasSubstr("\"990 more requests failed\""));
  EXPECT_THAT(log, HasSubstr("\"11 more requests failed\""));
  EXPECT_THAT(log, HasSubstr("\"2 more requests failed\""));
}

TEST_F(RequestLogTest, AllMeansAll) {
  const std::string log = written(true, [](RequestLog& requests) {
    for (int i = 0; i < 50; ++i) requests.add(answered(i % 2 == 0 ? 503 : 200));
  });
  EXPECT_EQ(std::ranges::count(log, '\n'), 50);
}

}  // namespace
}  // namespace ordo::program
