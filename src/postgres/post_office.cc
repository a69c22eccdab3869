#include "postgres/post_office.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "postgres/signals.h"

namespace ordo::postgres {
namespace {

// Between tries; the link's own pauses may be longer.
constexpr base::Millis kReconnect{100};

}  // namespace

PostOffice::PostOffice(PostOfficeOptions options, const ports::Clock& clock, ports::Random& random)
    : options_(std::move(options)),
      clock_(clock),
      link_(options_.connection, clock, random),
      desk_(std::make_shared<PostDesk>(std::move(options_.ears), options_.limits, clock)),
      next_poll_(clock.mono()) {}

PostOffice::~PostOffice() {
  desk_->close();
  desk_->run();
}

void PostOffice::ask(Receiver whom, std::string question, base::Millis bound, Answer answer) {
  desk_->ask(std::move(whom), std::move(question), bound, std::move(answer));
}

void PostOffice::know(std::vector<std::string> others) {
  const std::lock_guard lock(mutex_);
  others_ = std::move(others);
}

void PostOffice::ask_all(std::string question, base::Millis bound, Answers answers) {
  std::vector<std::string> others;
  {
    const std::lock_guard lock(mutex_);
    others = others_;
  }
  if (others.empty()) return answers({});
  // Answers come one at a time, but for those that are refused at once.
  struct Asked {
    std::mutex mutex;
    std::size_t open;
    std::vector<std::string> said;
    Answers answers;
  };
  const auto asked = std::make_shared<Asked>();
  asked->open = others.size();
  asked->answers = std::move(answers);
  for (std::string& other : others) {
    ask(Node{std::move(other)}, question, bound, [asked](base::Result<std::string> said) {
      {
        const std::lock_guard lock(asked->mutex);
        if (said) asked->said.push_back(std::move(*said));
        if (--asked->open > 0) return;
      }
      asked->answers(std::move(asked->said));
    });
  }
}

void PostOffice::tell_all(std::string news) {
  desk_->tell_all(std::move(news));
}

void PostOffice::be(std::string node) {
  desk_->be(std::move(node));
}

void PostOffice::run(const std::stop_token& stop) {
  std::jthread clerk([this] { desk_->run(); });
  const std::stop_callback on_stop(stop, [this] { desk_->close(); });
  while (!stop.stop_requested()) {
    const postgres::Answer<bool> more = turn();
    const bool failed_before = failing_;
    report(more);
    if (stop.stop_requested()) break;
    if (more) {
      listen_until(*more ? clock_.mono() : next_poll_);
    } else if (failed_before) {
      connection_ = nullptr;
      listen_until(clock_.mono() + kReconnect);
    }
  }
  desk_->close();
}

void PostOffice::report(const postgres::Answer<bool>& done) {
  if (std::exchange(failing_, !done) == !done || !options_.on_trouble) return;
  if (done) return options_.on_trouble("post", nullptr);
  const base::Error error = error_of(done.error(), "carry what nodes tell each other");
  options_.on_trouble("post", &error);
}

postgres::Answer<bool> PostOffice::turn() {
  if (auto connected = connect(); !connected) {
    desk_->refuse_unsent(error_of(connected.error(), "be asked to carry it").message);
    return std::unexpected(std::move(connected.error()));
  }
  const postgres::Answer<bool> sent = send();
  if (!sent) return sent;
  const postgres::Answer<bool> taken = take();
  if (!taken) return taken;
  return *sent || *taken;
}

postgres::Answer<void> PostOffice::connect() {
  connection_ = nullptr;
  const postgres::Answer<Connection*> connection = link_.get();
  if (!connection) return std::unexpected(connection.error());
  if (!link_.is_used()) listening_ = false;
  if (!listening_) {
    if (auto listens = listen(**connection); !listens) return listens;
    listening_ = true;
    look_ = true;
    // What was told us may have been lost with the connection, or with the server's memory.
    desk_->miss();
  }
  connection_ = *connection;
  return {};
}

postgres::Answer<bool> PostOffice::send() {
  Parcel parcel = desk_->collect();
  if (parcel.letters.empty()) return false;
  const Sending sending(parcel.sender, parcel.letters);
  const postgres::Answer<std::vector<Rows>> sent = connection_->run(sending.batch());
  if (!sent) {
    desk_->note_unsent(std::move(parcel), error_of(sent.error(), "carry it").message,
                       sent.error().kind == Fault::Kind::lost);
    return std::unexpected(sent.error());
  }
  desk_->note_sent(std::move(parcel), sending.receivers(*sent));
  return true;
}

postgres::Answer<bool> PostOffice::take() {
  const base::MonoTime now = clock_.mono();
  if (now >= next_poll_) {
    next_poll_ = now + options_.poll;
    look_ = true;
    // The server may have come to it only after we had connected again.
    if (std::exchange(took_in_doubt_, false)) desk_->miss();
    if (auto swept = sweep_letters(*connection_); !swept) {
      return std::unexpected(std::move(swept.error()));
    }
  }
  std::string node = desk_->node();
  look_ |= node != looked_as_;
  looked_as_ = node;
  if (!look_ || node.empty() || !desk_->has_room()) return false;
  postgres::Answer<Taken> taken = take_letters(*connection_, node);
  if (!taken) {
    took_in_doubt_ |= taken.error().kind == Fault::Kind::lost;
    return std::unexpected(std::move(taken.error()));
  }
  look_ = taken->has_more;
  desk_->hand_over(node, std::move(taken->letters));
  return look_;
}

void PostOffice::listen_until(base::MonoTime next) {
  const auto left =
      std::max(std::chrono::ceil<base::Millis>(next - clock_.mono()), base::Millis(0));
  if (connection_ == nullptr) {
    pollfd wake{desk_->wake(), POLLIN, 0};
    ::poll(&wake, 1, static_cast<int>(left.count()));
  } else if (const auto told = connection_->heard(desk_->wake(), left)) {
    for (const std::string& text : *told) {
      const std::optional<Signal> signal = signal_in(text);
      look_ |= signal && signal->post && *signal->post == looked_as_;
    }
  }
  desk_->see_wake();
}

}  // namespace ordo::postgres
