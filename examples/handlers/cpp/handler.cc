// A handler in C++: no framework, only the Lambda Runtime API over HTTP.
//
// Build: g++ -std=c++17 -o handler handler.cc -lcurl -lboost_json
//
//   [queues.greetings]
//   function = "greet"
//
//   [functions.greet]
//   command = ["./handler"]
#include <curl/curl.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>

namespace json = boost::json;

// What the function is for: one task in, one result out, or an exception.
json::object handle(const json::object& task) {
  const json::value* const name = task.at("payload").as_object().if_contains("name");
  if (name == nullptr) throw std::invalid_argument("payload.name is missing");
  return {{"greeting", "Hello, " + std::string(name->as_string())}};
}

struct Answer {
  std::string request_id;
  std::string body;
};

size_t on_header(char* data, size_t size, size_t count, void* answer) {
  const std::string line(data, size * count);
  const std::string name = "lambda-runtime-aws-request-id: ";
  if (line.size() > name.size() && curl_strnequal(line.c_str(), name.c_str(), name.size()) != 0) {
    const size_t end = line.find_last_not_of("\r\n") + 1;
    static_cast<Answer*>(answer)->request_id = line.substr(name.size(), end - name.size());
  }
  return line.size();
}

size_t on_body(char* data, size_t size, size_t count, void* answer) {
  static_cast<Answer*>(answer)->body.append(data, size * count);
  return size * count;
}

class RuntimeApi {
 public:
  RuntimeApi() : curl_(curl_easy_init()) {
    const char* const authority = std::getenv("AWS_LAMBDA_RUNTIME_API");
    if (curl_ == nullptr || authority == nullptr) throw std::runtime_error("not run by ordo");
    root_ = "http://" + std::string(authority) + "/2018-06-01/runtime/invocation/";
  }
  ~RuntimeApi() { curl_easy_cleanup(curl_); }
  RuntimeApi(const RuntimeApi&) = delete;
  RuntimeApi& operator=(const RuntimeApi&) = delete;

  // Waits for work, as long as it takes.
  Answer next() {
    curl_easy_setopt(curl_, CURLOPT_HTTPGET, 1L);
    return call("next");
  }
  void post(const std::string& path, const std::string& body) {
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(curl_, CURLOPT_COPYPOSTFIELDS, body.c_str());
    call(path);
  }

 private:
  Answer call(const std::string& path) {
    Answer answer;
    curl_easy_setopt(curl_, CURLOPT_URL, (root_ + path).c_str());
    curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &answer);
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl_, CURLOPT_FAILONERROR, 1L);
    const CURLcode code = curl_easy_perform(curl_);
    if (code != CURLE_OK) throw std::runtime_error(curl_easy_strerror(code));
    return answer;
  }

  CURL* curl_;
  std::string root_;
};

int main() {
  RuntimeApi api;
  while (true) {
    const Answer invocation = api.next();
    try {
      // The event of an SQS queue: a record a task, each with the task as JSON text.
      const json::value event = json::parse(invocation.body);
      const json::value& record = event.at("Records").at(0);
      const json::value task = json::parse(record.at("body").as_string());
      std::cout << "greeting for task " << task.at("task_id") << std::endl;
      api.post(invocation.request_id + "/response", json::serialize(handle(task.as_object())));
    } catch (const std::invalid_argument& error) {
      const json::object said{{"errorType", "InvalidArgument"}, {"errorMessage", error.what()}};
      api.post(invocation.request_id + "/error", json::serialize(said));
    }
  }
}
