// What goes from node to node, as it lies in the table `post`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/peers.h"
#include "postgres/connection.h"

namespace ordo::postgres {

// How much is sent, and taken, in one transaction; a letter that is larger goes alone.
inline constexpr std::size_t kParcelLetters = 512;
inline constexpr std::size_t kParcelBytes = 4UL * 1024 * 1024;

struct Letter {
  // Stored: only ever append.
  enum class Kind : std::uint8_t { question = 1, answer = 2, news = 3, missed = 4 };

  Kind kind = Kind::question;
  ports::Peers::Receiver whom = {};  // of a question or an answer; what is new goes to all others
  std::uint64_t question = 0;        // the asker's number of it
  std::int64_t code = 0;             // of an answer: how it failed; 0: it did not
  std::string body = {};
  int tries = 0;  // how often its sending has failed
};

[[nodiscard]] Letter answer_letter(std::string asker, std::uint64_t question,
                                   const base::Result<std::string>& said);
[[nodiscard]] base::Result<std::string> said_in(std::int64_t code, std::string body);

// All or none of them go, and their receivers are told.
class Sending {
 public:
  Sending(const std::string& sender, const std::vector<Letter>& letters);
  [[nodiscard]] const Batch& batch() const noexcept { return batch_; }
  // Whose each letter is; nothing: nobody's. Those that are the sender's own were not sent.
  [[nodiscard]] std::vector<std::optional<std::string>> receivers(
      const std::vector<Rows>& answers) const;

 private:
  Batch batch_;
  std::size_t letters_;
  bool is_to_somebody_ = false;
};

struct Received {
  std::int64_t kind;  // may be one of a newer version
  std::string sender;
  std::uint64_t question;
  std::int64_t code;
  std::string body;
};
struct Taken {
  std::vector<Received> letters;  // as they were sent
  bool has_more;
};

// The oldest ones, which are gone then.
Answer<Taken> take_letters(Connection& connection, const std::string& receiver);
// Letters to those who are no more.
Answer<void> sweep_letters(Connection& connection);

}  // namespace ordo::postgres
