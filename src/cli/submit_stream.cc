#include "cli/submit_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/common.h"
#include "cli/line_reader.h"
#include "cli/progress.h"
#include "cli/retry.h"
#include "cli/task_batch.h"

namespace ordo::cli {
namespace {

class Stream {
 public:
  Stream(std::FILE* input, Remote& remote, const Environment& environment,
         const StreamOptions& options)
      : reader_(input, base::kMaxBodyBytes),
        remote_(remote),
        environment_(environment),
        options_(options),
        progress_(environment),
        batch_(environment.new_task_id, options.batch),
        began_(environment.now()) {}

  StreamOutcome run() {
    Line line;
    while (outcome_.stopped.empty() && reader_.next(line)) {
      if (base::trim(line.text).empty()) continue;
      if (!batch_.has_room_for(line.text.size()) && !send()) break;
      if (line.too_long) {
        refuse(reader_.lines(), fmt::format("longer than {} bytes", base::kMaxBodyBytes));
      } else if (const auto added = batch_.add(reader_.lines(), line.text); !added) {
        refuse(reader_.lines(), added.error().message);
      }
    }
    if (outcome_.stopped.empty() && !batch_.empty()) send();
    progress_.clear();
    return std::move(outcome_);
  }

 private:
  void refuse(std::size_t line, std::string_view why) {
    ++outcome_.refused;
    progress_.clear();
    tell(fmt::format("line {}: {}", line, why));
  }

  // False: the stream cannot go on.
  bool send() {
    const auto response = exchange_until_answered(
        remote_, {.method = "POST", .path = "/tasks/batch", .body = batch_.body()}, environment_,
        progress_, options_.retry_for);
    if (!response) {
      stop(response.error().message, "may or may not have been accepted");
    } else if (response->status != 200) {
      stop(problem_text(std::to_string(response->status), response->body), "were not accepted");
    } else {
      count(response->body);
    }
    batch_.clear();
    show_how_far();
    return outcome_.stopped.empty();
  }

  // `fate` is that of the tasks of this batch; what follows was not sent.
  void stop(std::string_view why, std::string_view fate) {
    outcome_.stopped =
        fmt::format("{}; stopped at line {}: lines {} to {} {}", why, batch_.lines().front(),
                    batch_.lines().front(), batch_.lines().back(), fate);
  }

  void count(std::string_view body) {
    const auto answer = base::parse_json_object(body);
    const auto results =
        answer
            ? base::parse_json_array(text_of(*answer, "results"))
            : base::Result<std::vector<base::JsonMember>>(base::fail(base::ErrorCode::invalid, ""));
    if (!results || results->size() != batch_.size()) {
      return stop("the server's answer has not one result a task",
                  "may or may not have been accepted");
    }
    for (std::size_t i = 0; i < results->size(); ++i) {
      const auto result = base::parse_json_object((*results)[i].text);
      const std::string_view status = result ? text_of(*result, "status") : "";
      if (status == "201") {
        ++outcome_.accepted;
      } else if (status == "200") {
        ++outcome_.replayed;
      } else {
        refuse(batch_.lines()[i], problem_text(status, result ? text_of(*result, "problem") : ""));
      }
    }
  }

  void show_how_far() {
    if (!progress_.due()) return;
    const std::uint64_t done = outcome_.accepted + outcome_.replayed + outcome_.refused;
    const std::chrono::duration<double> took = environment_.now() - began_;
    const std::string how_far =
        options_.total_bytes == 0 ? "" : bar(reader_.bytes(), options_.total_bytes) + "  ";
    progress_.show(fmt::format("{}{} tasks, {:.0f}/s", how_far, done,
                               static_cast<double>(done) / std::max(took.count(), 1e-3)));
  }

  LineReader reader_;
  Remote& remote_;
  const Environment& environment_;
  const StreamOptions options_;
  Progress progress_;
  TaskBatch batch_;
  const base::MonoTime began_;
  StreamOutcome outcome_;
};

}  // namespace

StreamOutcome submit_stream(std::FILE* input, Remote& remote, const Environment& environment,
                            const StreamOptions& options) {
  return Stream(input, remote, environment, options).run();
}

}  // namespace ordo::cli
