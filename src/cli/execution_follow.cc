#include "cli/execution_follow.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/percent.h"
#include "base/text.h"
#include "cli/common.h"
#include "cli/execution_history.h"
#include "cli/items.h"
#include "cli/retry.h"
#include "cli/table.h"

namespace ordo::cli {
namespace {

// Between two looks at an execution of which nothing is heard.
constexpr base::Millis kFirstLook{200};
constexpr base::Millis kLongestLook{2'000};
// The last page is read again at each look.
constexpr char kPage[] = "100";
constexpr std::size_t kWidestState = 32;

// Of an iteration of a map, "[99]" behind the state's name.
constexpr std::size_t kIndex = 4;

// Characters of the longest state of a machine, with those inside of others; 0: it has none.
std::size_t longest_state(std::string_view machine) {
  const auto members = base::parse_json_object(machine);
  if (!members) return 0;
  const auto states = base::parse_json_object(text_of(*members, "States"));
  if (!states) return 0;
  std::size_t longest = 0;
  for (const base::JsonMember& state : *states) {
    const std::size_t own = base::count_characters(one_line(state.key));
    longest = std::max(longest, own);
    const auto fields = base::parse_json_object(state.text);
    if (!fields) continue;
    // What a distributed map runs are executions of their own.
    if (text_at(*fields, "ItemProcessor.ProcessorConfig.Mode") == "DISTRIBUTED") continue;
    for (const char* const inner : {"ItemProcessor", "Iterator"}) {
      if (text_of(*fields, inner).empty()) continue;
      longest = std::max({longest, own + kIndex, longest_state(text_of(*fields, inner))});
    }
    const auto branches = base::parse_json_array(text_of(*fields, "Branches"));
    if (!branches) continue;
    for (const base::JsonMember& branch : *branches) {
      longest = std::max(longest, longest_state(branch.text));
    }
  }
  return longest;
}

class Follower {
 public:
  Follower(const Target& target, const std::string& pipeline, const std::string& id,
           const Environment& environment)
      : target_(target),
        environment_(environment),
        pipeline_(pipeline),
        path_(execution_path(id, "/history")),
        id_(id),
        interrupted_(environment.catch_interrupts ? environment.catch_interrupts()
                                                  : [] { return false; }) {}

  int run() {
    Remote remote(target_.url);
    if (!target_.json) measure(remote);
    while (!code_) {
      auto answer =
          remote.exchange({.path = path_, .query = {{"limit", kPage}, {"cursor", cursor_}}});
      if (!answer || answer->status == 429 || answer->status / 100 == 5) {
        wait_for_server(answer ? problem_text(std::to_string(answer->status), answer->body)
                               : answer.error().message);
      } else if (const auto body = body_of_success(std::move(*answer))) {
        pause_ = kFirstPause;
        take(*body);
      } else {
        code_ = complain(body.error());
      }
    }
    return *code_;
  }

 private:
  // So that lines stand under each other from the first one on. Without an answer the column of the
  // states grows as they come.
  void measure(Remote& remote) {
    const auto body = remote.ask({.path = "/pipelines/" + base::percent_encode(pipeline_)});
    if (!body) return;
    const auto pipeline = base::parse_json_object(*body);
    if (!pipeline) return;
    width_ = std::clamp(longest_state(text_of(*pipeline, "definition")), width_, kWidestState);
  }

  void take(const std::string& body) {
    const std::uint64_t before = last_;
    if (const auto shown = show_page(body); !shown) {
      code_ = complain(shown.error());
    }
    if (code_ || page_has_next_) return;
    // An execution may have failed and have been redriven since.
    if (ends_execution(last_type_)) {
      code_ = last_type_ == "ExecutionSucceeded" ? kDone : kFailed;
      return;
    }
    look_ = last_ == before ? std::min(look_ * 3 / 2, kLongestLook) : kFirstLook;
    sleep(look_);
  }

  base::Result<void> show_page(const std::string& body) {
    const auto page = base::parse_json_object(body);
    if (!page) return base::fail(page.error());
    const auto items = base::parse_json_array(text_of(*page, "items"));
    if (!items) return base::fail(items.error());
    for (const base::JsonMember& item : *items) {
      if (code_) return {};
      const auto shown = show(item.text);
      if (!shown) return shown;
    }
    const std::string next(text_of(*page, "next_cursor"));
    // A server that names the same page again would never end.
    page_has_next_ = !next.empty() && next != cursor_;
    if (page_has_next_) cursor_ = next;
    return {};
  }

  base::Result<void> show(const std::string& text) {
    const auto members = base::parse_json_object(text);
    if (!members) return base::fail(members.error());
    const std::uint64_t id = number_at(*members, "id");
    if (id != 0 && id <= last_) return {};
    const auto event = teller_.tell(text);
    if (!event) return base::fail(event.error());
    last_ = id;
    last_type_ = event->type;
    write(target_.json ? text + "\n" : line(*event));
    return {};
  }

  std::string line(const ToldEvent& event) {
    const std::string state = one_line(event.state);
    width_ = std::clamp(base::count_characters(state), width_, kWidestState);
    const std::size_t has = base::count_characters(state);
    std::string out = event.at + "  " + state;
    out.append(width_ > has ? width_ - has : 0, ' ');
    out += "  " + event.what;
    if (event.took) out += "  " + seconds_text(event.took);
    if (!event.failure.empty()) out += "  " + event.failure;
    out = one_line(out);
    const std::size_t columns = environment_.terminal_size().columns;
    if (columns != 0) out = fit(out, columns);
    if (event.type != "ExecutionSucceeded") return out + "\n";
    const auto details = base::parse_json_object(event.details);
    return out + "\noutput  " + one_line(details ? text_of(*details, "output") : "") + "\n";
  }

  void write(const std::string& text) {
    const bool sent = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    // Nobody reads this any more, and how it ends is not known.
    if (!sent || std::fflush(stdout) != 0) code_ = kFailed;
  }

  void wait_for_server(const std::string& why) {
    tell(fmt::format("{}; trying again in {:.1f} s", why,
                     std::chrono::duration<double>(pause_).count()));
    sleep(pause_);
    pause_ = std::min(pause_ * 2, kLongestPause);
  }

  void sleep(base::Millis time) {
    for (base::Millis left = time; left.count() > 0 && !code_; left -= kSlice) {
      environment_.pause(std::min(left, kSlice));
      if (!interrupted_()) continue;
      tell(fmt::format("the execution goes on: ordo execution show {}", id_));
      code_ = kFailed;
    }
  }

  const Target& target_;
  const Environment& environment_;
  const std::string pipeline_;
  const std::string path_;
  const std::string id_;
  std::function<bool()> interrupted_;
  HistoryTeller teller_;
  std::string cursor_;
  bool page_has_next_ = false;
  std::uint64_t last_ = 0;
  std::string last_type_;
  std::size_t width_ = 12;
  base::Millis look_ = kFirstLook;
  base::Millis pause_ = kFirstPause;
  std::optional<int> code_;  // set: it is over
};

}  // namespace

std::string execution_path(std::string_view id, std::string_view verb) {
  return fmt::format("/executions/{}{}", base::percent_encode(id), verb);
}

int follow_execution(const Target& target, const std::string& pipeline, const std::string& id,
                     const Environment& environment) {
  return Follower(target, pipeline, id, environment).run();
}

}  // namespace ordo::cli
