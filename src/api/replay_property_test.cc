// Whatever is submitted again, in whatever order, is there once and answered the same.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <string>

#include "support/api_harness.h"
#include "support/pick.h"

namespace ordo::api {
namespace {

using testing::ApiHarness;
using testing::pick;

// What the rules say, told apart from how they are kept: the first submission under an id or a key
// makes the task, the same body again is answered with it, another conflicts.
struct Model {
  struct Entry {
    std::string body;
    int task;
  };
  std::map<std::string, Entry> by_id;
  std::map<std::string, Entry> by_key;
  int tasks = 0;

  struct Outcome {
    int status;
    int task;  // which, when there is one
  };
  Outcome submit(const std::string& id, const std::string& key, const std::string& body) {
    if (const auto known = by_key.find(key); !key.empty() && known != by_key.end()) {
      return same(known->second, body);
    }
    if (const auto known = by_id.find(id); !id.empty() && known != by_id.end()) {
      const Outcome outcome = same(known->second, body);
      if (outcome.status == 200 && !key.empty()) by_key[key] = known->second;
      return outcome;
    }
    const Entry entry{body, tasks++};
    if (!id.empty()) by_id[id] = entry;
    if (!key.empty()) by_key[key] = entry;
    return {201, entry.task};
  }

 private:
  static Outcome same(const Entry& entry, const std::string& body) {
    if (entry.body != body) return {409, -1};
    return {200, entry.task};
  }
};

RC_GTEST_PROP(ReplayProperty, AnyRepeatsOfIdsAndKeysGiveTheSameTasks, ()) {
  ApiHarness api;
  Model model;
  std::map<int, std::string> answers;  // the task as it was answered first
  const int submissions = pick(1, 25);
  for (int i = 0; i < submissions; ++i) {
    const std::string id = *rc::gen::element<std::string>("", "a", "b");
    const std::string key = *rc::gen::element<std::string>("", "k1", "k2");
    boost::json::object body{{"title", pick(0, 3) == 0 ? "other" : "same"}};
    if (!id.empty()) body["task_id"] = id;
    const std::string text = boost::json::serialize(body);
    // The same in other words: members turned round, white space, a default spelt out.
    std::string sent = text;
    if (testing::one_in(2)) {
      body.erase("title");
      body["priority"] = "medium";
      sent = "{ \"lane\":\"main\", \"title\" : \"" +
             std::string(text.find("other") == std::string::npos ? "same" : "other") + "\"," +
             boost::json::serialize(body).substr(1);
    }
    net::Request request = ApiHarness::request("POST", "/tasks", sent);
    if (!key.empty()) request.headers.add("Idempotency-Key", key);
    const net::Response response = api.ask(std::move(request));

    const Model::Outcome outcome = model.submit(id, key, text);
    RC_ASSERT(response.status == outcome.status);
    RC_ASSERT(response.headers.has("Idempotent-Replay") == (outcome.status == 200));
    if (outcome.task >= 0) {
      const auto [first, is_new] = answers.emplace(outcome.task, response.body);
      RC_ASSERT(is_new == (outcome.status == 201));
      RC_ASSERT(first->second == response.body);
    }
    api.clock().advance(base::Millis(1));
  }
  const boost::json::value health = boost::json::parse(api.get("/health").body);
  RC_ASSERT(health.at("tasks").at("queued") == model.tasks);
}

}  // namespace
}  // namespace ordo::api
