#include "app/node_talk.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "base/json.h"

namespace ordo::app {
namespace {

// Long for a node that lives; short for a worker that waits.
constexpr base::Millis kPatience{5'000};
constexpr base::Millis kFetchPatience{2'000};

// {"say":"…","name":"text",…}
class Saying {
 public:
  explicit Saying(std::string_view what) { add("say", what); }
  Saying& add(std::string_view name, std::string_view text) {
    text_ += text_.empty() ? '{' : ',';
    base::append_json_string(text_, name);
    text_ += ':';
    base::append_json_string(text_, text);
    return *this;
  }
  Saying& add(std::string_view name, std::int64_t number) {
    return add(name, std::string_view(std::to_string(number)));
  }
  std::string text() && { return std::move(text_) + "}"; }

 private:
  std::string text_;
};

std::string text_in(const CallParameters& said, std::string_view name) {
  return said.text(name).value_or("");
}

std::int64_t number_in(const CallParameters& said, std::string_view name) {
  const std::string text = text_in(said, name);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void nobody_minds(const base::Result<std::string>& /*answer*/) {}

}  // namespace

// --- words on tasks ---

void NodeTalk::pass_on(LeaseWord word) {
  Saying saying("word");
  saying.add("id", word.id.value()).add("lease", word.lease);
  if (const auto* const success = std::get_if<domain::Succeeded>(&word.word)) {
    saying.add("word", "complete");
    if (success->result) saying.add("result", *success->result);
  } else if (const auto* const failure = std::get_if<domain::Failure>(&word.word)) {
    saying.add("word", "fail").add("type", failure->type).add("message", failure->message);
  } else if (const auto* const extend = std::get_if<LeaseWord::Extend>(&word.word)) {
    saying.add("word", "extend").add("by", extend->by.count());
  } else {
    saying.add("word", "return");
  }
  peers_.ask(ports::Peers::LaneOwner{word.id}, std::move(saying).text(), kPatience,
             [answer = std::move(word.answer)](base::Result<std::string> said) mutable {
               answer(said ? base::Result<void>() : base::fail(std::move(said.error())));
             });
}

void NodeTalk::hear_word(const CallParameters& said, ports::Peers::Answer answer) {
  LeaseWord word;
  word.id = domain::TaskId(text_in(said, "id"));
  word.lease = text_in(said, "lease");
  word.passed_on = true;
  const std::string what = text_in(said, "word");
  if (what == "complete") {
    word.word = domain::Succeeded{said.text("result")};
  } else if (what == "fail") {
    word.word = domain::Failure{text_in(said, "type"), text_in(said, "message")};
  } else if (what == "extend") {
    word.word = LeaseWord::Extend{base::Millis(number_in(said, "by"))};
  } else if (what == "return") {
    word.word = LeaseWord::Return{};
  } else {
    return answer(base::fail(base::ErrorCode::unavailable, "another version runs the task"));
  }
  word.answer = [answer = std::move(answer)](base::Result<void> done) mutable {
    answer(done ? base::Result<std::string>("") : base::fail(std::move(done.error())));
  };
  dispatcher_->say(std::move(word));
}

// --- changes ---

void NodeTalk::tell(TaskChange change) {
  const ports::Place& place = change.place;
  Saying saying("changed");
  saying.add("queue", place.queue.value())
      .add("lane", place.lane.value())
      .add("sequence", static_cast<std::int64_t>(place.sequence.value()))
      .add("priority", static_cast<std::int64_t>(place.priority))
      .add("before", static_cast<std::int64_t>(change.before))
      .add("status", static_cast<std::int64_t>(change.status));
  peers_.ask(ports::Peers::LaneOwner{change.id}, std::move(saying).text(), kPatience, nobody_minds);
}

void NodeTalk::hear_change(const CallParameters& said) {
  TaskChange change;
  change.place = {domain::Sequence(static_cast<std::uint64_t>(number_in(said, "sequence"))),
                  domain::QueueName(text_in(said, "queue")), domain::LaneKey(text_in(said, "lane")),
                  static_cast<domain::Priority>(number_in(said, "priority"))};
  change.before = static_cast<domain::TaskStatus>(number_in(said, "before"));
  change.status = static_cast<domain::TaskStatus>(number_in(said, "status"));
  dispatcher_->note(std::move(change));
}

void NodeTalk::tell_of_pauses() {
  peers_.tell_all(Saying("paused").text());
}

// --- work for others' workers ---

void NodeTalk::offer(const domain::QueueName& queue, std::size_t lanes) {
  peers_.tell_all(std::move(Saying("offer")
                                .add("queue", queue.value())
                                .add("lanes", static_cast<std::int64_t>(lanes)))
                      .text());
}

// Each in its turn: the one with most of it left.
std::optional<std::string> NodeTalk::next_offerer(const domain::QueueName& queue) {
  const std::lock_guard lock(mutex_);
  const auto offers = offers_.find(queue);
  if (offers == offers_.end()) return std::nullopt;
  const auto most =
      std::ranges::max_element(offers->second, {}, [](const auto& offer) { return offer.second; });
  std::string node = most->first;
  if (--most->second == 0) offers->second.erase(most);
  if (offers->second.empty()) offers_.erase(offers);
  return node;
}

bool NodeTalk::fetch(Claim& claim) {
  std::optional<std::string> node = next_offerer(claim.queue);
  if (!node) return false;
  Saying saying("claim");
  saying.add("queue", claim.queue.value())
      .add("max", static_cast<std::int64_t>(claim.max))
      .add("lease", claim.lease.count());
  peers_.ask(ports::Peers::Node{std::move(*node)}, std::move(saying).text(), kFetchPatience,
             [this, claim = std::move(claim)](const base::Result<std::string>& answer) mutable {
               fetched(std::move(claim), answer);
             });
  return true;
}

// Answered at once, with what there is.
void NodeTalk::hear_claim(const CallParameters& said, ports::Peers::Answer answer) {
  Claim claim;
  claim.queue = domain::QueueName(text_in(said, "queue"));
  claim.max = static_cast<std::size_t>(std::max<std::int64_t>(number_in(said, "max"), 1));
  claim.lease = base::Millis(number_in(said, "lease"));
  claim.passed_on = true;
  claim.answer = [answer = std::move(answer)](base::Result<std::vector<Claim::Given>> all) mutable {
    if (!all) return answer(base::fail(std::move(all.error())));
    std::string given = "[";
    for (const Claim::Given& one : *all) {
      if (given.size() > 1) given += ',';
      given += std::move(Saying("task")
                             .add("id", one.task.id.value())
                             .add("lease", one.lease)
                             .add("until", one.until.ms()))
                   .text();
    }
    answer(given + "]");
  };
  dispatcher_->claim(std::move(claim));
}

std::vector<NodeTalk::Handed> NodeTalk::handed_in(std::string_view answer) {
  std::vector<Handed> all;
  const auto given = base::parse_json_array(answer);
  if (!given) return all;
  for (const base::JsonMember& one : *given) {
    const auto said = CallParameters::parse(one.text);
    if (!said) continue;
    all.push_back({domain::TaskId(text_in(*said, "id")), text_in(*said, "lease"),
                   base::WallTime::from_ms(number_in(*said, "until"))});
  }
  return all;
}

void NodeTalk::fetched(Claim claim, const base::Result<std::string>& answer) {
  std::vector<Handed> all = answer ? handed_in(*answer) : std::vector<Handed>();
  // Others may have something, or it waits here on.
  if (all.empty()) return dispatcher_->claim(std::move(claim));
  if (claim.left()) return give_back(std::move(all));
  hand_over(std::move(claim), std::move(all));
}

// A worker gets the tasks as they are kept.
void NodeTalk::hand_over(Claim claim, std::vector<Handed> all) {
  readers_.run([this, claim = std::move(claim),
                all = std::move(all)](base::Result<ports::Reads> reads) mutable {
    auto given = reads ? read_handed(*reads, all) : base::fail(std::move(reads.error()));
    if (!given) give_back(std::move(all));
    claim.answer(std::move(given));
  });
}

base::Result<std::vector<Claim::Given>> NodeTalk::read_handed(const ports::Reads& reads,
                                                              const std::vector<Handed>& all) {
  std::vector<Claim::Given> given;
  given.reserve(all.size());
  for (const Handed& one : all) {
    auto task = reads.tasks.find(one.id);
    if (!task) return base::fail(std::move(task.error()));
    if (*task) given.push_back({std::move(**task), one.lease, one.until});
  }
  return given;
}

void NodeTalk::give_back(std::vector<Handed> all) {
  for (Handed& one : all) {
    pass_on({std::move(one.id), std::move(one.lease), LeaseWord::Return{},
             [](const base::Result<void>& /*done*/) {}});
  }
}

// --- hearing ---

bool NodeTalk::hear(const std::string& question, ports::Peers::Answer& answer) {
  const auto said = CallParameters::parse(question);
  if (!said) return false;
  const std::string what = text_in(*said, "say");
  if (what == "word") {
    hear_word(*said, std::move(answer));
  } else if (what == "changed") {
    hear_change(*said);
    answer("");
  } else if (what == "claim") {
    hear_claim(*said, std::move(answer));
  } else {
    return false;
  }
  return true;
}

bool NodeTalk::hear_news(const std::string& from, const std::string& news) {
  const auto said = CallParameters::parse(news);
  if (!said) return false;
  const std::string what = text_in(*said, "say");
  if (what == "paused") {
    dispatcher_->note_pauses();
  } else if (what == "offer") {
    const domain::QueueName queue(text_in(*said, "queue"));
    const auto lanes =
        static_cast<std::size_t>(std::max<std::int64_t>(number_in(*said, "lanes"), 1));
    {
      const std::lock_guard lock(mutex_);
      offers_[queue][from] = lanes;
    }
    dispatcher_->note_offer(queue, lanes);
  } else {
    return false;
  }
  return true;
}

void NodeTalk::news_missed() {
  dispatcher_->note_pauses();
}

}  // namespace ordo::app
