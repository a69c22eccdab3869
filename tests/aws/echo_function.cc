// A Lambda function for tests, on the runtime loop. Its event says what it does:
//
//   {"do": "tell"}                              answers with all that it was given
//   {"do": "fail", "type": …, "message": …}     fails so
//   {"do": "throw", "message": …}               throws
//   {"do": "fill", "bytes": n}                  answers with a text of n bytes of JSON
//   {"Records": …}                              of SQS: returns the messages whose body has "bad"
//
// With ECHO_INIT_FAILS in its environment it does not get ready.
#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "aws/queue_event.h"
#include "aws/runtime_loop.h"
#include "system/clock.h"
#include "system/signals.h"

namespace {

using namespace ordo;
namespace json = boost::json;

constexpr base::Millis kLook{50};  // between two looks at whether the loop has ended

std::string text_at(const json::value& event, const char* key) {
  return std::string(event.at(key).as_string());
}

aws::HandlerOutcome tell(const aws::RuntimeInvocation& invocation) {
  const char* const trace = std::getenv("_X_AMZN_TRACE_ID");
  return json::serialize(json::object{
      {"event", invocation.event},
      {"request_id", invocation.request_id},
      {"function_arn", invocation.function_arn},
      {"left_ms", (invocation.deadline - system::SystemClock().wall()).count()},
      {"trace_id", invocation.trace_id},
      {"trace_id_of_environment", trace == nullptr ? json::value() : json::value(trace)}});
}

aws::HandlerOutcome return_bad_messages(const std::string& event) {
  const auto messages = aws::read_queue_event(event);
  if (!messages) return std::unexpected(aws::HandlerError{"BadEvent", messages.error().message});
  std::vector<std::string> failed;
  for (const aws::QueueMessage& message : *messages) {
    std::cout << "message " << message.message_id << " of " << message.group << " in "
              << message.queue_name << " for time " << message.receive_count << std::endl;
    if (message.body.contains("bad")) failed.push_back(message.message_id);
  }
  return aws::batch_answer(failed);
}

aws::HandlerOutcome handle(const aws::RuntimeInvocation& invocation) {
  const json::value event = json::parse(invocation.event);
  if (event.as_object().contains("Records")) return return_bad_messages(invocation.event);
  const std::string verb = text_at(event, "do");
  if (verb == "fail") {
    return std::unexpected(aws::HandlerError{text_at(event, "type"), text_at(event, "message")});
  }
  if (verb == "throw") throw std::runtime_error(text_at(event, "message"));
  if (verb == "fill") {
    constexpr std::size_t kQuotes = 2;
    return '"' + std::string(event.at("bytes").to_number<std::size_t>() - kQuotes, 'a') + '"';
  }
  return tell(invocation);
}

}  // namespace

int main() {
  const system::SignalWaiter signals;
  const char* const authority = std::getenv("AWS_LAMBDA_RUNTIME_API");
  aws::RuntimeLoop loop(authority == nullptr ? "" : authority,
                        {system::pause, [](std::string_view what) {
                           std::cout << "trouble: " << what << std::endl;
                         }});
  if (std::getenv("ECHO_INIT_FAILS") != nullptr) {
    return loop.fail_init({"Config.Missing", "there is nothing to echo"}) ? 1 : 2;
  }
  std::stop_source stop;
  base::Result<void> ended;
  {
    const std::jthread watcher([&](const std::stop_token& over) {
      while (!over.stop_requested() && !signals.wait_for(kLook)) {
      }
      stop.request_stop();
    });
    ended = loop.run(handle, stop.get_token());
  }
  std::cout << (ended ? "ended well" : "ended: " + ended.error().message) << std::endl;
  return ended ? 0 : 1;
}
