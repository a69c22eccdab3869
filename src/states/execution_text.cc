// A frame as lines of text: the first one is an object of what is small, each other one begins with
// a letter that says what JSON follows. Compact JSON holds no line break.
#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <iterator>
#include <utility>

#include "base/json_tree.h"
#include "states/execution.h"

namespace ordo::states {
namespace {

constexpr char kInput = 'i';
constexpr char kResult = 'r';
constexpr char kVariable = 'v';
constexpr char kChildrenInput = 'c';
constexpr char kItems = 't';
constexpr char kParameters = 'p';

void add_line(std::string& out, char tag, const Json& value) {
  if (value.is_null()) return;
  out.push_back('\n');
  out.push_back(tag);
  base::append_json_tree(out, value);
}

void add_time(boost::json::object& out, std::string_view name,
              const std::optional<base::WallTime>& time) {
  if (time) out[name] = time->ms();
}

boost::json::object small_parts(const Frame& frame) {
  boost::json::object out;
  out["parent"] = frame.parent;
  out["index"] = frame.index;
  if (frame.silent) out["silent"] = true;
  out["state"] = frame.state;
  out["phase"] = static_cast<int>(frame.phase);
  out["last"] = frame.last_event;
  out["entered"] = frame.entered_event;
  out["entered_at"] = frame.entered_at.ms();
  if (frame.retries > 0) out["retries"] = frame.retries;
  if (!frame.attempts.empty()) {
    out["attempts"] = boost::json::array(frame.attempts.begin(), frame.attempts.end());
  }
  add_time(out, "wake", frame.wake);
  if (!frame.fault.error.empty() || !frame.fault.cause.empty()) {
    out["error"] = frame.fault.error;
    out["cause"] = frame.fault.cause;
  }
  if (frame.call) {
    out["token"] = frame.call->token;
    add_time(out, "deadline", frame.call->deadline);
    if (frame.call->heartbeat) out["heartbeat"] = frame.call->heartbeat->count();
    add_time(out, "heartbeat_due", frame.call->heartbeat_due);
    if (frame.call->submitted) out["submitted"] = true;
  }
  if (frame.children) {
    out["children"] = {frame.children->first, frame.children->total, frame.children->at_once,
                       frame.children->tolerated};
  }
  return out;
}

// Reads the members of the first line; `fine` says whether all were as they should be.
class Members {
 public:
  explicit Members(const boost::json::object& members) : members_(members) {}

  template <class T>
  void read(std::string_view name, T& out) {
    const Json* value = members_.if_contains(name);
    if (value == nullptr) return;
    if (value->is_number()) {
      boost::system::error_code code;
      out = static_cast<T>(value->to_number<std::int64_t>(code));
      fine_ = fine_ && !code;
    } else {
      fine_ = false;
    }
  }
  void read(std::string_view name, std::string& out) {
    const Json* value = members_.if_contains(name);
    if (value == nullptr) return;
    if (const auto* text = value->if_string()) {
      out = *text;
    } else {
      fine_ = false;
    }
  }
  void read(std::string_view name, std::optional<base::WallTime>& out) {
    if (!members_.contains(name)) return;
    std::int64_t ms = 0;
    read(name, ms);
    out = base::WallTime::from_ms(ms);
  }
  [[nodiscard]] bool has(std::string_view name) const { return members_.contains(name); }
  [[nodiscard]] const boost::json::array* list(std::string_view name) const {
    const Json* value = members_.if_contains(name);
    return value == nullptr ? nullptr : value->if_array();
  }
  [[nodiscard]] bool fine() const { return fine_; }

 private:
  const boost::json::object& members_;
  bool fine_ = true;
};

bool read_small_parts(const boost::json::object& source, Frame& frame) {
  Members members(source);
  members.read("parent", frame.parent);
  members.read("index", frame.index);
  frame.silent = members.has("silent");
  members.read("state", frame.state);
  int phase = 0;
  members.read("phase", phase);
  if (phase < 0 || phase > static_cast<int>(Phase::aborted)) return false;
  frame.phase = static_cast<Phase>(phase);
  members.read("last", frame.last_event);
  members.read("entered", frame.entered_event);
  std::int64_t entered_at = 0;
  members.read("entered_at", entered_at);
  frame.entered_at = base::WallTime::from_ms(entered_at);
  members.read("retries", frame.retries);
  if (const auto* attempts = members.list("attempts")) {
    for (const Json& count : *attempts) frame.attempts.push_back(count.to_number<std::uint32_t>());
  }
  members.read("wake", frame.wake);
  members.read("error", frame.fault.error);
  members.read("cause", frame.fault.cause);
  if (members.has("token")) {
    Call& call = frame.call.emplace();
    members.read("token", call.token);
    members.read("deadline", call.deadline);
    if (members.has("heartbeat")) {
      std::int64_t ms = 0;
      members.read("heartbeat", ms);
      call.heartbeat = base::Millis(ms);
    }
    members.read("heartbeat_due", call.heartbeat_due);
    call.submitted = members.has("submitted");
  }
  if (const auto* list = members.list("children"); list != nullptr && list->size() == 4) {
    Children& children = frame.children.emplace();
    const std::array<std::uint32_t*, 4> parts{&children.first, &children.total, &children.at_once,
                                              &children.tolerated};
    for (std::size_t i = 0; i < parts.size(); ++i)
      *parts[i] = (*list)[i].to_number<std::uint32_t>();
  }
  return members.fine();
}

bool read_line(std::string_view line, Frame& frame) {
  const char tag = line.front();
  line.remove_prefix(1);
  if (tag == kParameters) {
    if (frame.call) frame.call->parameters = line;
    return frame.call.has_value();
  }
  base::Result<Json> value = base::parse_json_tree(line);
  if (!value) return false;
  switch (tag) {
    case kInput:
      frame.input = std::move(*value);
      return true;
    case kResult:
      frame.result = std::move(*value);
      return true;
    case kVariable: {
      // [name, value]: the value has room for a level less than it may have.
      auto* pair = value->if_array();
      if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string()) return false;
      frame.variables.set(std::string((*pair)[0].get_string()), std::move((*pair)[1]));
      return true;
    }
    case kChildrenInput:
      if (frame.children) frame.children->input = std::move(*value);
      return frame.children.has_value();
    case kItems:
      if (frame.children) frame.children->items = std::move(*value);
      return frame.children.has_value();
    default:
      return false;
  }
}

}  // namespace

std::string frame_text(const Frame& frame) {
  std::string out;
  base::append_json_tree(out, small_parts(frame));
  add_line(out, kInput, frame.input);
  add_line(out, kResult, frame.result);
  for (const auto& [name, value] : frame.variables.own()) {
    out += "\nv[";
    base::append_json_string(out, name);
    out.push_back(',');
    base::append_json_tree(out, value);
    out.push_back(']');
  }
  if (frame.call) {
    out.push_back('\n');
    out.push_back(kParameters);
    out += frame.call->parameters;
  }
  if (frame.children) {
    add_line(out, kChildrenInput, frame.children->input);
    add_line(out, kItems, frame.children->items);
  }
  return out;
}

base::Result<void> restore_frame(Execution& execution, FrameId id, std::string_view text) {
  const auto broken = [&] {
    return base::fail(base::ErrorCode::internal,
                      fmt::format("frame {} of an execution cannot be read", id));
  };
  Frame& frame = execution.frames[id];
  frame.id = id;
  std::size_t end = text.find('\n');
  const base::Result<Json> first = base::parse_json_tree(text.substr(0, end));
  if (!first || !first->is_object() || !read_small_parts(first->get_object(), frame)) {
    return broken();
  }
  while (end != std::string_view::npos) {
    text.remove_prefix(end + 1);
    end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (line.empty() || !read_line(line, frame)) return broken();
  }
  return {};
}

void restore_counts(Execution& execution) {
  execution.ready.clear();
  execution.timers.clear();
  for (auto& [id, frame] : execution.frames) {
    execution.next_frame = std::max(execution.next_frame, id + 1);
    if (frame.children) {
      frame.children->begun = frame.children->running = frame.children->failed = 0;
      execution.next_frame =
          std::max(execution.next_frame, frame.children->first + frame.children->total);
    }
  }
  for (auto& [id, frame] : execution.frames) {
    if (id != kRootFrame) {
      const auto parent = execution.frames.find(frame.parent);
      if (parent == execution.frames.end() || !parent->second.children) continue;
      Children& around = *parent->second.children;
      frame.variables.set_outer(&parent->second.variables);
      around.begun = std::max(around.begun, frame.index + 1);
      if (frame.phase == Phase::failed) ++around.failed;
      if (frame.phase != Phase::done && frame.phase != Phase::failed &&
          frame.phase != Phase::aborted) {
        ++around.running;
      }
    }
    switch (frame.phase) {
      case Phase::entering:
      case Phase::resuming:
      case Phase::leaving:
        execution.ready.push_back(id);
        break;
      case Phase::waiting:
      case Phase::pausing:
        frame.timer = frame.wake;
        break;
      case Phase::calling:
        frame.timer = frame.call ? frame.call->next_limit() : std::nullopt;
        break;
      default:
        break;
    }
    if (frame.timer) execution.timers.emplace(*frame.timer, id);
  }
}

std::optional<base::WallTime> Call::next_limit() const {
  if (deadline && heartbeat_due) return std::min(*deadline, *heartbeat_due);
  return deadline ? deadline : heartbeat_due;
}

std::optional<base::WallTime> Execution::wake() const {
  if (status != Status::running) return std::nullopt;
  std::optional<base::WallTime> at = deadline;
  if (!timers.empty() && (!at || timers.begin()->first < *at)) at = timers.begin()->first;
  return at;
}

std::string_view status_name(Status status) noexcept {
  switch (status) {
    case Status::running:
      return "running";
    case Status::succeeded:
      return "succeeded";
    case Status::failed:
      return "failed";
    case Status::timed_out:
      return "timed_out";
    case Status::stopped:
      return "stopped";
  }
  return "";
}

}  // namespace ordo::states
