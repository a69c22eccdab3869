// What a node asks, is asked and hears, in memory: what waits to be sent, which questions are under
// way, and what is to be handed over here. Knows nothing of the database.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "ports/clock.h"
#include "ports/peers.h"
#include "postgres/post_letters.h"

namespace ordo::postgres {

struct PostLimits {
  std::size_t questions = 16UL * 1024;  // under way
  // That wait to be sent; and as many that wait to be handed over.
  std::size_t letters = 32UL * 1024;
  std::size_t bytes = 64UL * 1024 * 1024;
  std::size_t refusals = 16UL * 1024;     // that wait to be told
  base::Millis longest_bound{3'600'000};  // of a question
};

// Letters of one transaction, and as whom they are sent.
struct Parcel {
  std::string sender;
  std::vector<Letter> letters;
};

// Any thread, but for what is said below. Nothing is called under a lock. In a shared_ptr, for
// answers to others' questions may be given when all else is over.
class PostDesk : public std::enable_shared_from_this<PostDesk> {
 public:
  // Borrows the clock until it is closed.
  PostDesk(ports::PeerEars ears, PostLimits limits, const ports::Clock& clock);
  ~PostDesk();
  PostDesk(const PostDesk&) = delete;
  PostDesk& operator=(const PostDesk&) = delete;

  void ask(ports::Peers::Receiver whom, std::string question, base::Millis bound,
           ports::Peers::Answer answer);
  void tell_all(std::string news);
  // Who we are from now on; empty: nobody.
  void be(std::string node);
  [[nodiscard]] std::string node();
  // News may have been missed.
  void miss();

  // The postman's. Can be read when there is something to do for him, until he has seen it.
  [[nodiscard]] int wake() const noexcept { return wake_[0]; }
  void see_wake();
  // What is to be sent next; empty: nothing.
  Parcel collect();
  void note_sent(Parcel parcel, const std::vector<std::optional<std::string>>& receivers);
  // `in_doubt`: it may have been sent all the same.
  void note_unsent(Parcel parcel, const std::string& why, bool in_doubt);
  // Nothing can be sent now. Questions are refused; answers wait.
  void refuse_unsent(const std::string& why);
  // Whether more may be handed over; if not, he is woken when it may.
  [[nodiscard]] bool has_room();
  void hand_over(const std::string& receiver, std::vector<Received> letters);

  // Hands over what there is, and gives up what is overdue. When to come again at the latest.
  std::optional<base::MonoTime> tell();
  // The same until it is closed and everybody has been answered.
  void run();
  // Whoever still waits is answered `unavailable`, and whoever asks from now on. Nothing is heard
  // any more.
  void close();

 private:
  struct Asked {
    ports::Peers::Answer answer;
    base::MonoTime deadline;
  };
  struct Telling {
    std::move_only_function<void()> tell;
    std::size_t bytes = 0;
    bool is_answer = false;
  };
  // Under mutex_, as all that follow.
  std::optional<base::Error> refusal(std::size_t bytes) const;
  void settle(std::uint64_t number, base::Result<std::string> said);
  void settle_unavailable(std::uint64_t number, std::string why);
  void settle_all(const std::string& why);
  void settle_overdue();
  bool has_space(std::size_t bytes) const;
  void post(Letter letter);
  void forget_unsent(bool with_answers);
  void hear_question(std::string asker, std::uint64_t number, std::string question);
  void hear_missed();
  void tell_later(Telling telling);
  void poke();

  // Not under it.
  void reply(const std::string& asker, std::uint64_t number, base::Result<std::string> said);

  ports::PeerEars ears_;
  const PostLimits limits_;
  const ports::Clock& clock_;
  int wake_[2] = {-1, -1};

  std::mutex mutex_;
  std::condition_variable_any changed_;
  // Guarded by mutex_.
  bool closed_ = false;
  bool poked_ = false;
  bool wants_room_ = false;
  bool owes_missed_ = false;  // to the others: what we told them may not have come
  std::string node_;
  std::string former_;  // who we were before
  std::uint64_t last_number_ = 0;
  std::unordered_map<std::uint64_t, Asked> under_way_;
  std::set<std::pair<base::MonoTime, std::uint64_t>> deadlines_;  // of those
  std::deque<Letter> unsent_;
  std::size_t unsent_bytes_ = 0;
  std::deque<Telling> tellings_;
  std::size_t telling_count_ = 0;  // with those that are just being told
  std::size_t telling_bytes_ = 0;
};

}  // namespace ordo::postgres
