#include "cli/queue_top.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <utility>

#include "base/json.h"
#include "base/percent.h"
#include "cli/table.h"

namespace ordo::cli {
namespace {

using Members = std::vector<base::JsonMember>;

constexpr base::Millis kKeyWait{100};
constexpr int kWaitsALook = 10;
// A server that does not answer must not keep q from working.
constexpr base::Millis kAnswerIn{5'000};
// Lanes that wait are shown below the queues, so many a queue.
constexpr std::string_view kLanesShown = "10";
constexpr std::size_t kRowsWithoutTerminal = 1000;

double number(std::string_view text) {
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

double number_of(const Members& members, std::string_view key) {
  return number(text_of(members, key));
}

// The terminal's other screen for as long as it lives, without a cursor.
class Screen {
 public:
  Screen() { put("\033[?1049h\033[?25l"); }
  ~Screen() { put("\033[?25h\033[?1049l"); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Writes over what was there, so that nothing flickers.
  static void draw(std::string_view text, std::size_t columns, std::size_t rows) {
    std::string out = "\033[H";
    for (std::size_t row = 0; row < rows && !text.empty(); ++row) {
      const std::size_t end = text.find('\n');
      out += fit(text.substr(0, end), columns) + "\033[K" + (row + 1 < rows ? "\r\n" : "");
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    put(out + "\033[J");
  }

 private:
  static void put(std::string_view text) {
    (void)std::fwrite(text.data(), 1, text.size(), stdout);
    (void)std::fflush(stdout);
  }
};

class Top {
 public:
  Top(const Target& target, const Environment& environment)
      : environment_(environment), url_(target.url), remote_(target.url, {.timeout = kAnswerIn}) {}

  base::Result<std::string> look() {
    size_ = environment_.terminal_size();
    const auto queues = remote_.ask({.path = "/queues"});
    if (!queues) return base::fail(queues.error());
    const base::MonoTime now = environment_.now();
    const auto top = top_table(*queues, rates_, now, size_.columns);
    if (!top) return base::fail(top.error());
    std::string out = headline(now) + "\n" + top->text;
    for (const std::string& queue : top->waiting) out += lanes_of(queue);
    return out;
  }

  int live() {
    const auto interrupted = environment_.catch_interrupts();
    const auto key = environment_.read_keys();
    const Screen screen;
    while (true) {
      auto now = look();
      // What was shown last stays until the server is back.
      if (now) shown_ = std::move(*now);
      const std::string trouble = now ? "" : one_line(now.error().message) + "\n\n";
      Screen::draw(trouble + shown_, size_.columns,
                   size_.rows == 0 ? kRowsWithoutTerminal : size_.rows);
      for (int i = 0; i < kWaitsALook; ++i) {
        const char pressed = key(kKeyWait);
        if (pressed == 'q' || pressed == 'Q' || interrupted()) return kDone;
      }
    }
  }

 private:
  // All queues together; empty when the server does not tell.
  std::string headline(base::MonoTime now) {
    std::string out = "ordo " + one_line(url_);
    const auto body = remote_.ask({.path = "/health"});
    const auto health = body ? base::parse_json_object(*body) : base::Result<Members>(Members());
    if (!health) return out + "\n";
    for (const char* const status : {"succeeded", "dead"}) {
      const std::string count = text_at(*health, fmt::format("tasks.{}", status));
      if (count.empty()) continue;
      const std::string change = rates_.change(status, number(count), now);
      out += fmt::format("   {} {}", one_line(count), status);
      if (!change.empty()) out += fmt::format(" ({}/s)", change);
    }
    return out + "\n";
  }

  std::string lanes_of(const std::string& queue) {
    const auto body =
        remote_.ask({.path = fmt::format("/queues/{}/lanes", base::percent_encode(queue)),
                     .query = {{"state", "blocked"}, {"limit", std::string(kLanesShown)}}});
    if (!body) return "";
    const auto lanes = items_text(*body, lane_columns(), true, size_.columns);
    if (!lanes || lanes->count == 0) return "";
    return fmt::format("\nLanes of {} that wait{}:\n{}", one_line(queue),
                       lanes->more ? ", the first" : "", lanes->table);
  }

  const Environment& environment_;
  const std::string url_;
  Remote remote_;
  Rates rates_;
  std::string shown_;
  TerminalSize size_;  // at this look
};

}  // namespace

const std::vector<Column>& lane_columns() {
  static const std::vector<Column> columns{{"LANE", "lane"},     {"WHY", "why"},
                                           {"QUEUED", "queued"}, {"TASK", "head_task_id"},
                                           {"UNTIL", "until"},   {"ERROR", "last_error"}};
  return columns;
}

std::string age_text(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 172'800) return fmt::format("{:.0f} h", seconds / 3600);
  return fmt::format("{:.0f} d", seconds / 86'400);
}

std::string Rates::change(const std::string& name, double value, base::MonoTime now) {
  const auto [seen, first] = seen_.try_emplace(name, Seen{value, now});
  const double seconds = std::chrono::duration<double>(now - seen->second.at).count();
  if (first || seconds <= 0) return "";
  const double by = (value - seen->second.value) / seconds;
  seen->second = {value, now};
  return by == 0 ? "0.0" : fmt::format("{:+.1f}", by);
}

base::Result<TopTable> top_table(std::string_view queues, Rates& rates, base::MonoTime now,
                                 std::size_t columns) {
  const auto page = base::parse_json_object(queues);
  if (!page) return base::fail(page.error());
  const auto items = base::parse_json_array(text_of(*page, "items"));
  if (!items) return base::fail(items.error());
  TopTable out;
  std::vector<std::vector<std::string>> rows;
  for (const base::JsonMember& item : *items) {
    const auto queue = base::parse_json_object(item.text);
    if (!queue) return base::fail(queue.error());
    const auto text = [&](std::string_view key) { return one_line(text_of(*queue, key)); };
    const std::string name(text_of(*queue, "name"));
    const double backlog = number_of(*queue, "queued") + number_of(*queue, "running");
    const std::string_view age = text_of(*queue, "oldest_age_seconds");
    rows.push_back({one_line(name), text("paused") == "true" ? "paused" : "on", text("queued"),
                    text("running"), text("waiting"), text("dead"), text("lanes"),
                    rates.change("queue " + name, backlog, now),
                    age.empty() ? "" : age_text(number(age)), text("function")});
    if (number_of(*queue, "waiting") > 0) out.waiting.push_back(name);
  }
  out.text = table({"QUEUE", "STATE", "QUEUED", "RUNNING", "WAITING", "DEAD", "LANES", "BACKLOG/S",
                    "OLDEST", "FUNCTION"},
                   true, rows, columns);
  return out;
}

int queue_top(const Target& target, const Environment& environment) {
  if (target.json) {
    Remote remote(target.url);
    const auto body = remote.ask({.path = "/queues"});
    if (!body) return complain(body.error());
    print_json(*body);
    return kDone;
  }
  Top top(target, environment);
  const auto first = top.look();
  if (!first) return complain(first.error());
  const bool live = environment.terminal_size().columns != 0 && environment.read_keys;
  if (live) return top.live();
  fmt::print("{}", *first);
  return kDone;
}

}  // namespace ordo::cli
