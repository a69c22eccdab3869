// A frame as lines of text: the first one is an object of what is small, each other one begins with
// a letter that says what JSON follows. Compact JSON holds no line break.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <concepts>
#include <iterator>
#include <span>
#include <utility>

#include "base/json_tree.h"
#include "base/text.h"
#include "states/execution.h"

namespace ordo::states {
namespace {

constexpr char kInput = 'i';
constexpr char kResult = 'r';
constexpr char kVariable = 'v';
constexpr char kChildrenInput = 'c';
constexpr char kItems = 't';
constexpr char kParameters = 'p';
constexpr std::size_t kUsualFrameBytes = 512;

bool is_ready(Phase phase) {
  return phase == Phase::entering || phase == Phase::resuming || phase == Phase::leaving;
}

void add_line(std::string& out, char tag, const Json& value) {
  if (value.is_null()) return;
  out.push_back('\n');
  out.push_back(tag);
  base::append_json_tree(out, value);
}

// Writes the members of the first line.
class MemberWriter {
 public:
  explicit MemberWriter(std::string& out) : out_(out) {}

  void add(std::string_view name, std::integral auto value) {
    begin(name);
    base::append_integer(out_, value);
  }
  void add(std::string_view name, std::string_view value) {
    begin(name);
    base::append_json_string(out_, value);
  }
  void add(std::string_view name, const std::optional<base::WallTime>& time) {
    if (time) add(name, time->ms());
  }
  void add_if_any(std::string_view name, std::integral auto value) {
    if (value != 0) add(name, value);
  }
  void add_list(std::string_view name, std::span<const std::uint32_t> values) {
    begin(name);
    char before = '[';
    for (const std::uint32_t value : values) {
      out_.push_back(std::exchange(before, ','));
      base::append_integer(out_, value);
    }
    out_.push_back(']');
  }

 private:
  void begin(std::string_view name) {
    out_.push_back(std::exchange(before_, ','));
    out_.push_back('"');
    out_ += name;
    out_ += "\":";
  }

  std::string& out_;
  char before_ = '{';
};

void add_small_parts(std::string& out, const Frame& frame) {
  MemberWriter writer(out);
  writer.add("parent", frame.parent);
  writer.add("index", frame.index);
  writer.add_if_any("silent", int{frame.silent});
  writer.add("state", std::string_view(frame.state));
  writer.add("phase", static_cast<int>(frame.phase));
  writer.add("last", frame.last_event);
  writer.add("entered", frame.entered_event);
  writer.add("entered_at", frame.entered_at.ms());
  writer.add_if_any("retries", frame.retries);
  if (!frame.attempts.empty()) writer.add_list("attempts", frame.attempts);
  writer.add_if_any("unrecorded", frame.unrecorded);
  if (is_ready(frame.phase)) writer.add("turn", frame.turn);
  writer.add("wake", frame.wake);
  if (!frame.fault.error.empty() || !frame.fault.cause.empty()) {
    writer.add("error", std::string_view(frame.fault.error));
    writer.add("cause", std::string_view(frame.fault.cause));
  }
  if (frame.call) {
    const Call& call = *frame.call;
    writer.add("token", std::string_view(call.token));
    writer.add("deadline", call.deadline);
    if (call.heartbeat) writer.add("heartbeat", call.heartbeat->count());
    writer.add("heartbeat_due", call.heartbeat_due);
    writer.add_if_any("told", int{call.told});
    writer.add_if_any("submitted", int{call.submitted});
    writer.add_if_any("purpose", static_cast<int>(call.purpose));
  }
  if (frame.children) {
    const Children& children = *frame.children;
    writer.add_list("children", std::array{children.first, children.total, children.at_once,
                                           children.tolerated});
    if (!children.run.empty()) writer.add("run", std::string_view(children.run));
  }
  out.push_back('}');
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
  members.read("unrecorded", frame.unrecorded);
  members.read("turn", frame.turn);
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
    call.told = members.has("told");
    call.submitted = members.has("submitted");
    int purpose = 0;
    members.read("purpose", purpose);
    if (purpose < 0 || purpose > static_cast<int>(Call::Purpose::write)) return false;
    call.purpose = static_cast<Call::Purpose>(purpose);
  }
  if (const auto* list = members.list("children"); list != nullptr && list->size() == 4) {
    Children& children = frame.children.emplace();
    const std::array<std::uint32_t*, 4> parts{&children.first, &children.total, &children.at_once,
                                              &children.tolerated};
    for (std::size_t i = 0; i < parts.size(); ++i)
      *parts[i] = (*list)[i].to_number<std::uint32_t>();
    members.read("run", children.run);
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
  out.reserve(kUsualFrameBytes);
  add_small_parts(out, frame);
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

namespace {

void count_in_parent(Execution& execution, Frame& frame) {
  const auto parent = execution.frames.find(frame.parent);
  if (frame.id == kRootFrame || parent == execution.frames.end() || !parent->second.children) {
    return;
  }
  Children& around = *parent->second.children;
  frame.variables.set_outer(&parent->second.variables);
  around.begun = std::max(around.begun, frame.index + 1);
  if (frame.phase == Phase::failed) {
    ++around.failed;
  } else if (frame.phase == Phase::done) {
    around.kept_bytes += base::json_tree_bytes(frame.input, kMaxItemsBytes);
  } else if (frame.phase != Phase::aborted) {
    ++around.running;
  }
}

std::optional<base::WallTime> timer_of(const Frame& frame) {
  if (frame.phase == Phase::waiting || frame.phase == Phase::pausing) return frame.wake;
  if (frame.phase == Phase::calling && frame.call) return frame.call->next_limit();
  return std::nullopt;
}

}  // namespace

void restore_counts(Execution& execution) {
  execution.ready.clear();
  execution.timers.clear();
  execution.unrecorded = 0;
  execution.bytes = 0;
  for (auto& [id, frame] : execution.frames) {
    execution.next_frame = std::max(execution.next_frame, id + 1);
    if (frame.children) {
      Children& children = *frame.children;
      children.begun = children.running = children.failed = 0;
      children.kept_bytes = 0;
      execution.next_frame = std::max(execution.next_frame, children.first + children.total);
    }
  }
  std::vector<std::pair<std::uint64_t, FrameId>> ready;
  for (auto& [id, frame] : execution.frames) {
    count_in_parent(execution, frame);
    if (is_ready(frame.phase)) ready.emplace_back(frame.turn, id);
    execution.next_turn = std::max(execution.next_turn, frame.turn + 1);
    execution.unrecorded += frame.unrecorded;
    frame.bytes = frame.weight();
    execution.bytes += frame.bytes;
    frame.timer = timer_of(frame);
    if (frame.timer) execution.timers.emplace(*frame.timer, id);
  }
  std::ranges::sort(ready);
  for (const auto& [turn, id] : ready) execution.ready.push_back(id);
}

std::size_t Frame::weight() const {
  std::size_t sum = base::json_tree_bytes(input, kMaxExecutionBytes) +
                    base::json_tree_bytes(result, kMaxExecutionBytes) + variables.own_bytes();
  if (call) sum += call->parameters.size();
  if (children) {
    sum += base::json_tree_bytes(children->input, kMaxExecutionBytes) +
           base::json_tree_bytes(children->items, kMaxExecutionBytes);
  }
  return sum;
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
