// What nodes ask and tell each other, through a table, and NOTIFY to have it looked at at once.
//
// Whoever is asked is found by the database in the moment of sending, so nobody has to know who
// runs what. A letter is taken by deleting it, and handed over once that is known to be done: when
// it is not, it is dropped, so nothing is heard twice.
#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "base/time.h"
#include "ports/peers.h"
#include "ports/trouble.h"
#include "postgres/link.h"
#include "postgres/post_desk.h"

namespace ordo::postgres {

struct PostOfficeOptions {
  ConnectionOptions connection;
  ports::PeerEars ears = {};
  // How often it is looked at what a NOTIFY that was lost would have told. Otherwise nothing is
  // asked of the database while nothing is said.
  base::Millis poll{5'000};
  PostLimits limits = {};
  ports::OnTrouble on_trouble = {};  // hears of "post"
};

// Borrows clock and randomness.
class PostOffice : public ports::Peers {
 public:
  PostOffice(PostOfficeOptions options, const ports::Clock& clock, ports::Random& random);
  // Whoever still waits is answered.
  ~PostOffice() override;
  PostOffice(const PostOffice&) = delete;
  PostOffice& operator=(const PostOffice&) = delete;

  void ask(Receiver whom, std::string question, base::Millis bound, Answer answer) override;
  // Those whom know() has told.
  void ask_all(std::string question, base::Millis bound, Answers answers) override;
  void tell_all(std::string news) override;

  // Any thread: as whom it sends and hears from now on, a row of `nodes`; empty: nobody, who asks
  // in vain. What is under way under another name is answered `unavailable`.
  void be(std::string node);

  // Any thread: which others there are.
  void know(std::vector<std::string> others);

  // Once, until it is told to stop: then whoever still waits is answered at once, and after it
  // nothing is heard. A thread of its own makes the calls, so a server that keeps us waiting keeps
  // no deadline from being met.
  void run(const std::stop_token& stop);

 private:
  // True: there is more to do.
  postgres::Answer<bool> turn();
  postgres::Answer<void> connect();
  postgres::Answer<bool> send();
  postgres::Answer<bool> take();
  void listen_until(base::MonoTime next);
  void report(const postgres::Answer<bool>& done);

  PostOfficeOptions options_;
  const ports::Clock& clock_;
  Link link_;
  const std::shared_ptr<PostDesk> desk_;
  std::mutex mutex_;
  std::vector<std::string> others_;  // guarded by mutex_
  // The running thread's own.
  Connection* connection_ = nullptr;  // null: there is none
  bool listening_ = false;
  bool look_ = false;
  bool took_in_doubt_ = false;  // since the last poll: some may be gone that nobody has heard
  std::string looked_as_;
  base::MonoTime next_poll_;
  bool failing_ = false;
};

}  // namespace ordo::postgres
