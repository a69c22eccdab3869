#include "postgres/post_desk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <variant>

#include "base/assert.h"

namespace ordo::postgres {
namespace {

using base::ErrorCode;
using ports::Peers;

// Of a letter that may be sent twice without harm: something is wrong with it, or with the network.
constexpr int kMostPosts = 5;

std::string nobody_is(const Peers::Receiver& whom) {
  if (std::holds_alternative<Peers::LaneOwner>(whom)) {
    return "nobody runs its lane at the moment; try again soon";
  }
  if (std::holds_alternative<Peers::PipelineOwner>(whom)) {
    return "nobody runs the pipelines at the moment; try again soon";
  }
  return "the node that was asked is no more";
}

}  // namespace

PostDesk::PostDesk(ports::PeerEars ears, PostLimits limits, const ports::Clock& clock)
    : ears_(std::move(ears)), limits_(limits), clock_(clock) {
  ORDO_ASSERT(::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) == 0);
}

PostDesk::~PostDesk() {
  for (const int file : wake_) ::close(file);
}

void PostDesk::poke() {
  if (std::exchange(poked_, true)) return;
  while (::write(wake_[1], "", 1) < 0 && errno == EINTR) {
  }
}

void PostDesk::see_wake() {
  const std::lock_guard lock(mutex_);
  poked_ = false;
  std::array<char, 64> pokes{};
  while (::read(wake_[0], pokes.data(), pokes.size()) > 0) {
  }
}

std::string PostDesk::node() {
  const std::lock_guard lock(mutex_);
  return node_;
}

bool PostDesk::has_space(std::size_t bytes) const {
  return unsent_.size() < limits_.letters && unsent_bytes_ + bytes <= limits_.bytes;
}

std::optional<base::Error> PostDesk::refusal(std::size_t bytes) const {
  if (closed_) return base::Error{ErrorCode::unavailable, "this node is stopping"};
  if (bytes > limits_.bytes) {
    return base::Error{ErrorCode::too_large,
                       fmt::format("nodes ask each other at most {} bytes", limits_.bytes)};
  }
  if (node_.empty()) {
    return base::Error{ErrorCode::unavailable,
                       "this node has not joined the others; try again soon"};
  }
  const bool fits = under_way_.size() < limits_.questions && has_space(bytes) &&
                    telling_bytes_ + bytes <= limits_.bytes;
  if (fits) return std::nullopt;
  return base::Error{ErrorCode::busy, "too much is asked of other nodes; try again soon"};
}

void PostDesk::ask(Peers::Receiver whom, std::string question, base::Millis bound,
                   Peers::Answer answer) {
  std::unique_lock lock(mutex_);
  if (std::optional<base::Error> error = refusal(question.size())) {
    if (closed_ || tellings_.size() >= limits_.letters + limits_.refusals) {
      lock.unlock();
      return answer(base::fail(std::move(*error)));
    }
    return tell_later({[answer = std::move(answer), error = std::move(*error)]() mutable {
                         answer(base::fail(std::move(error)));
                       },
                       0, true});
  }
  const std::uint64_t number = ++last_number_;
  const base::MonoTime deadline = clock_.mono() + std::min(bound, limits_.longest_bound);
  under_way_.emplace(number, Asked{std::move(answer), deadline});
  deadlines_.emplace(deadline, number);
  if (deadlines_.begin()->second == number) changed_.notify_one();
  const auto* const to = std::get_if<Peers::Node>(&whom);
  if (to != nullptr && to->id == node_) {
    hear_question("", number, std::move(question));
  } else {
    post({Letter::Kind::question, std::move(whom), number, 0, std::move(question)});
  }
}

void PostDesk::tell_all(std::string news) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (node_.empty() || !has_space(news.size())) {
    owes_missed_ = true;
    return poke();
  }
  post({.kind = Letter::Kind::news, .body = std::move(news)});
}

void PostDesk::be(std::string node) {
  const std::lock_guard lock(mutex_);
  if (closed_ || node == node_) return;
  if (!node_.empty()) former_ = node_;
  node_ = std::move(node);
  settle_all("this node was given up by the others; it may have been done; try again soon");
  forget_unsent(false);
  if (!node_.empty()) hear_missed();
  poke();
}

void PostDesk::miss() {
  const std::lock_guard lock(mutex_);
  hear_missed();
}

void PostDesk::post(Letter letter) {
  unsent_bytes_ += letter.body.size();
  unsent_.push_back(std::move(letter));
  poke();
}

void PostDesk::forget_unsent(bool with_answers) {
  std::erase_if(unsent_, [&](const Letter& letter) {
    owes_missed_ |= letter.kind == Letter::Kind::news || letter.kind == Letter::Kind::missed;
    const bool stays = letter.kind == Letter::Kind::answer && !with_answers;
    if (!stays) unsent_bytes_ -= letter.body.size();
    return !stays;
  });
}

Parcel PostDesk::collect() {
  const std::lock_guard lock(mutex_);
  Parcel parcel{node_, {}};
  if (!node_.empty() && std::exchange(owes_missed_, false)) {
    parcel.letters.push_back({.kind = Letter::Kind::missed});
  }
  std::size_t bytes = 0;
  while (!unsent_.empty() && parcel.letters.size() < kParcelLetters) {
    Letter& next = unsent_.front();
    const std::size_t size = next.body.size();
    const bool matters = next.kind != Letter::Kind::question || under_way_.contains(next.question);
    if (matters && bytes > 0 && bytes + size > kParcelBytes) break;
    if (matters) {
      bytes += size;
      parcel.letters.push_back(std::move(next));
    }
    unsent_bytes_ -= size;
    unsent_.pop_front();
  }
  return parcel;
}

void PostDesk::note_sent(Parcel parcel, const std::vector<std::optional<std::string>>& receivers) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < parcel.letters.size(); ++i) {
    Letter& letter = parcel.letters[i];
    if (letter.kind != Letter::Kind::question) continue;
    const std::optional<std::string>& receiver = receivers[i];
    if (!receiver) {
      settle_unavailable(letter.question, nobody_is(letter.whom));
    } else if (*receiver == parcel.sender && under_way_.contains(letter.question)) {
      hear_question("", letter.question, std::move(letter.body));
    }
  }
}

// An answer may come twice: who asked has heard the first.
void PostDesk::note_unsent(Parcel parcel, const std::string& why, bool in_doubt) {
  const std::lock_guard lock(mutex_);
  for (Letter& letter : parcel.letters) {
    switch (letter.kind) {
      case Letter::Kind::question:
        if (!in_doubt) settle_unavailable(letter.question, why);
        break;
      case Letter::Kind::answer:
        if (++letter.tries < kMostPosts && !closed_) post(std::move(letter));
        break;
      default:
        owes_missed_ = true;
    }
  }
}

void PostDesk::refuse_unsent(const std::string& why) {
  const std::lock_guard lock(mutex_);
  for (const Letter& letter : unsent_) {
    if (letter.kind == Letter::Kind::question) settle_unavailable(letter.question, why);
  }
  forget_unsent(false);
}

bool PostDesk::has_room() {
  const std::lock_guard lock(mutex_);
  const bool has = telling_count_ < limits_.letters && telling_bytes_ < limits_.bytes;
  wants_room_ = !has;
  return has;
}

void PostDesk::hand_over(const std::string& receiver, std::vector<Received> letters) {
  const std::lock_guard lock(mutex_);
  // What was meant for who we were; news will be read anew.
  if (receiver != node_ || closed_) return;
  bool has_missed = false;
  for (Received& letter : letters) {
    // What we said under another name, or what nobody can have said.
    if (letter.sender == node_ || letter.sender == former_) continue;
    switch (static_cast<Letter::Kind>(letter.kind)) {
      case Letter::Kind::question:
        hear_question(std::move(letter.sender), letter.question, std::move(letter.body));
        break;
      case Letter::Kind::answer:
        settle(letter.question, said_in(letter.code, std::move(letter.body)));
        break;
      case Letter::Kind::news: {
        const std::size_t size = letter.body.size();
        tell_later(
            {[this, from = std::move(letter.sender), news = std::move(letter.body)]() mutable {
               if (ears_.on_news) ears_.on_news(std::move(from), std::move(news));
             },
             size});
        break;
      }
      case Letter::Kind::missed:
        has_missed = true;
        break;
      default:
        break;  // a newer version's; what it asks is answered by nobody
    }
  }
  if (has_missed) hear_missed();
}

void PostDesk::hear_question(std::string asker, std::uint64_t number, std::string question) {
  const std::size_t size = question.size();
  Peers::Answer answer = [desk = shared_from_this(), asker = std::move(asker),
                          number](base::Result<std::string> said) {
    desk->reply(asker, number, std::move(said));
  };
  tell_later({[this, question = std::move(question), answer = std::move(answer)]() mutable {
                if (ears_.on_question) ears_.on_question(std::move(question), std::move(answer));
              },
              size});
}

void PostDesk::hear_missed() {
  tell_later({[this] {
    if (ears_.on_missed) ears_.on_missed();
  }});
}

void PostDesk::reply(const std::string& asker, std::uint64_t number,
                     base::Result<std::string> said) {
  Letter letter;
  if (!asker.empty()) letter = answer_letter(asker, number, said);
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (asker.empty()) return settle(number, std::move(said));
  if (has_space(letter.body.size())) return post(std::move(letter));
  // A short one may still find its place.
  letter = answer_letter(asker, number,
                         base::fail(ErrorCode::unavailable,
                                    "it may have been done, but there was no room for the answer"));
  if (unsent_.size() < 2 * limits_.letters) post(std::move(letter));
}

void PostDesk::settle(std::uint64_t number, base::Result<std::string> said) {
  const auto found = under_way_.find(number);
  if (found == under_way_.end()) return;
  deadlines_.erase({found->second.deadline, number});
  const std::size_t size = said ? said->size() : 0;
  Peers::Answer answer = std::move(found->second.answer);
  under_way_.erase(found);
  tell_later(
      {[answer = std::move(answer), said = std::move(said)]() mutable { answer(std::move(said)); },
       size, true});
}

void PostDesk::settle_unavailable(std::uint64_t number, std::string why) {
  settle(number, base::fail(ErrorCode::unavailable, std::move(why)));
}

void PostDesk::settle_all(const std::string& why) {
  while (!under_way_.empty()) settle_unavailable(under_way_.begin()->first, why);
}

void PostDesk::settle_overdue() {
  const base::MonoTime now = clock_.mono();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    settle_unavailable(deadlines_.begin()->second,
                       "the node that should do it has not answered in time; it may have been "
                       "done; try again");
  }
}

void PostDesk::tell_later(Telling telling) {
  if (closed_ && !telling.is_answer) return;
  ++telling_count_;
  telling_bytes_ += telling.bytes;
  tellings_.push_back(std::move(telling));
  changed_.notify_one();
}

std::optional<base::MonoTime> PostDesk::tell() {
  std::deque<Telling> now;
  {
    const std::lock_guard lock(mutex_);
    settle_overdue();
    now.swap(tellings_);
  }
  std::size_t bytes = 0;
  for (Telling& telling : now) {
    bytes += telling.bytes;
    telling.tell();
  }
  const std::size_t count = now.size();
  now.clear();
  const std::lock_guard lock(mutex_);
  telling_count_ -= count;
  telling_bytes_ -= bytes;
  if (count > 0 && std::exchange(wants_room_, false)) poke();
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first;
}

void PostDesk::run() {
  while (true) {
    tell();
    std::unique_lock lock(mutex_);
    if (!tellings_.empty()) continue;
    if (closed_) {
      // They may know of somebody who keeps an answer, and so us.
      ears_ = {};
      return;
    }
    // Woken by what is to be told, and by a deadline before the others.
    if (deadlines_.empty()) {
      changed_.wait(lock);
    } else {
      changed_.wait_for(lock, deadlines_.begin()->first - clock_.mono());
    }
  }
}

void PostDesk::close() {
  std::deque<Telling> unheard;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  settle_all("this node is stopping; it may have been done");
  forget_unsent(true);
  for (Telling& telling : std::exchange(tellings_, {})) {
    (telling.is_answer ? tellings_ : unheard).push_back(std::move(telling));
  }
  changed_.notify_one();
  poke();
}

}  // namespace ordo::postgres
