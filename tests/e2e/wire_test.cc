// How the program behaves towards peers that are slow, rude or many.
#include <gmock/gmock.h>

#include <vector>

#include "serving.h"

namespace ordo::e2e {
namespace {

using std::chrono::milliseconds;

class Wire : public Serving {
 protected:
  static std::string creation(std::string_view title, const Fields& more = {}) {
    Fields headers{{"Content-Type", "application/json"}};
    headers.insert(headers.end(), more.begin(), more.end());
    return request_text("POST", "/tasks", headers, R"({"title":")" + std::string(title) + R"("})");
  }
};

TEST_F(Wire, ARequestMayComeByteByByte) {
  HttpConnection slow(server_.port());
  for (const char byte : creation("slow")) ASSERT_TRUE(slow.send(std::string_view(&byte, 1)));
  const auto answer = slow.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
}

TEST_F(Wire, ASlowRequestHoldsUpNobodyElse) {
  std::vector<HttpConnection> slow;
  for (int i = 0; i < 50; ++i) {
    slow.emplace_back(server_.port());
    ASSERT_TRUE(slow.back().send("POST /tasks HTTP/1.1\r\nHost: x\r\nContent-Le"));
  }
  EXPECT_EQ(client_.post("/tasks", R"({"title":"quick"})").status, 201);
  for (HttpConnection& connection : slow) {
    ASSERT_TRUE(connection.send("ngth: 2\r\nContent-Type: application/json\r\n\r\n{}"));
    const auto answer = connection.read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 400);
  }
}

TEST_F(Wire, AHalfClosedConnectionStillGetsItsAnswer) {
  HttpConnection connection(server_.port());
  ASSERT_TRUE(connection.send(creation("half")));
  connection.end_sending();
  const auto answer = connection.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
  EXPECT_TRUE(connection.closes());
}

TEST_F(Wire, AnAbandonedRequestIsNoTask) {
  HttpConnection connection(server_.port());
  const std::string whole = creation("abandoned");
  ASSERT_TRUE(connection.send(std::string_view(whole).substr(0, whole.size() - 1)));
  connection.end_sending();
  EXPECT_TRUE(connection.closes() || connection.read()->status == 400);
  EXPECT_EQ(walk_tasks(client_).size(), 0);
}

TEST_F(Wire, PipelinedRequestsAreAnsweredInOrder) {
  HttpConnection connection(server_.port());
  std::string bytes;
  constexpr int kRequests = 200;
  for (int i = 0; i < kRequests; ++i) {
    bytes += i % 3 == 2 ? request_text("GET", "/tasks?limit=1") : creation("p" + std::to_string(i));
  }
  ASSERT_TRUE(connection.send(bytes));
  std::string last;
  for (int i = 0; i < kRequests; ++i) {
    const auto answer = connection.read();
    ASSERT_TRUE(answer) << "request " << i;
    if (i % 3 == 2) {
      ASSERT_EQ(answer->status, 200);
      EXPECT_EQ(text(answer->json().at("items").at(0), "title"), last);
    } else {
      ASSERT_EQ(answer->status, 201);
      last = text(answer->json(), "title");
      EXPECT_EQ(last, "p" + std::to_string(i));
    }
  }
}

TEST_F(Wire, AfterAMalformedRequestThePipelineEnds) {
  HttpConnection connection(server_.port());
  ASSERT_TRUE(connection.send(request_text("GET", "/livez") + "GARBAGE\r\n\r\n" + creation("x")));
  EXPECT_EQ(connection.read()->status, 200);
  const auto refused = connection.read();
  ASSERT_TRUE(refused);
  EXPECT_TRUE(is_problem(*refused, 400));
  EXPECT_EQ(refused->header("Connection"), "close");
  EXPECT_TRUE(connection.closes());
  EXPECT_EQ(walk_tasks(client_).size(), 0);
}

TEST_F(Wire, ExpectContinueIsAnsweredBeforeTheBody) {
  HttpConnection connection(server_.port());
  const std::string whole = creation("patient", {{"Expect", "100-continue"}});
  const std::size_t head = whole.find("\r\n\r\n") + 4;
  ASSERT_TRUE(connection.send(std::string_view(whole).substr(0, head)));
  const auto go_on = connection.read();
  ASSERT_TRUE(go_on);
  EXPECT_EQ(go_on->status, 100);
  ASSERT_TRUE(connection.send(std::string_view(whole).substr(head)));
  EXPECT_EQ(connection.read()->status, 201);
}

TEST_F(Wire, ExpectContinueIsRefusedBeforeABodyThatIsTooLarge) {
  HttpConnection connection(server_.port());
  ASSERT_TRUE(connection.send(request_text("POST", "/tasks",
                                           {{"Content-Type", "application/json"},
                                            {"Content-Length", "300000"},
                                            {"Expect", "100-continue"}})));
  const auto refused = connection.read();
  ASSERT_TRUE(refused);
  EXPECT_TRUE(is_problem(*refused, 413));
  EXPECT_TRUE(connection.closes());
}

TEST_F(Wire, TheRefusalOfALargeBodyIsSeenByAPeerThatSendsItAnyway) {
  for (const std::size_t size : {300'000UL, 5'000'000UL}) {
    HttpConnection connection(server_.port());
    connection.send(request_text("POST", "/tasks", {{"Content-Type", "application/json"}},
                                 std::string(size, ' ')));
    const auto refused = connection.read();
    ASSERT_TRUE(refused) << size;
    EXPECT_TRUE(is_problem(*refused, 413));
  }
}

TEST_F(Wire, AChunkedBodyWorks) {
  HttpConnection connection(server_.port());
  ASSERT_TRUE(connection.send(request_text(
      "POST", "/tasks", {{"Content-Type", "application/json"}, {"Transfer-Encoding", "chunked"}},
      "5;ext=\"1\"\r\n{\"tit\r\n9\r\nle\":\"c\"}\n\r\n0\r\nTrailer: x\r\n\r\n")));
  const auto answer = connection.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201) << answer->body;
}

TEST_F(Wire, Http10GetsItsAnswerAndTheEnd) {
  HttpConnection connection(server_.port());
  ASSERT_TRUE(connection.send("GET /livez HTTP/1.0\r\n\r\n"));
  EXPECT_EQ(connection.read()->status, 200);
  EXPECT_TRUE(connection.closes());
}

TEST_F(Wire, APeerThatDoesNotReadHoldsUpNobodyElse) {
  create(R"({"title":"a","payload":{"text":")" + std::string(200'000, 'x') + R"("}})");
  HttpConnection deaf(server_.port());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(deaf.send(request_text("GET", "/tasks")));
  const std::size_t before = server_.resident_bytes();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client_.get("/livez").status, 200);
  if (!testing::kSanitized) {
    EXPECT_LT(server_.resident_bytes(), before + 20'000'000);
  }
  for (int i = 0; i < 100; ++i) {
    const auto answer = deaf.read();
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(answer->status, 200);
  }
}

class FewConnections : public Serving {
 protected:
  FewConnections() : Serving({.data = {}, .config = "[server]\nmax_connections = 4\n"}) {}
};

TEST_F(FewConnections, OneTooManyIsToldSoAndOthersGoOn) {
  std::vector<HttpConnection> held;
  for (int i = 0; i < 4; ++i) {
    held.emplace_back(server_.port());
    ASSERT_TRUE(held.back().send(request_text("GET", "/livez")));
    ASSERT_EQ(held.back().read()->status, 200);
  }
  HttpConnection refused(server_.port());
  const auto answer = refused.read();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(is_problem(*answer, 503));
  EXPECT_NE(answer->header("Retry-After"), "");
  EXPECT_TRUE(refused.closes());
  ASSERT_TRUE(held.front().send(request_text("GET", "/livez")));
  EXPECT_EQ(held.front().read()->status, 200);
  held.pop_back();
  EXPECT_TRUE(eventually([&] {
    HttpConnection again(server_.port());
    again.send(request_text("GET", "/livez"));
    const auto answer_now = again.read();
    return answer_now && answer_now->status == 200;
  }));
}

class Impatient : public Serving {
 protected:
  Impatient()
      : Serving({.data = {},
                 .config = "[server]\nrequest_timeout = \"300ms\"\nidle_timeout = \"600ms\"\n"}) {}
};

TEST_F(Impatient, ARequestThatNeverEndsIs408) {
  for (const char* part : {"GET /livez HTTP/1.1\r\nHost:",
                           "POST /tasks HTTP/1.1\r\nHost: x\r\n"
                           "Content-Length: 10\r\n\r\n{"}) {
    HttpConnection connection(server_.port());
    ASSERT_TRUE(connection.send(part));
    const auto answer = connection.read();
    ASSERT_TRUE(answer) << part;
    EXPECT_TRUE(is_problem(*answer, 408));
    EXPECT_TRUE(connection.closes());
  }
}

TEST_F(Impatient, AnIdleConnectionIsClosed) {
  HttpConnection connection(server_.port());
  ASSERT_TRUE(connection.send(request_text("GET", "/livez")));
  EXPECT_EQ(connection.read()->status, 200);
  EXPECT_TRUE(connection.closes());
}

}  // namespace
}  // namespace ordo::e2e
