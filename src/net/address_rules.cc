#include "net/address_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <string>

namespace ordo::net {
namespace {

// Whether the first `bits` are those of `prefix`.
bool starts_with(std::span<const std::uint8_t> address, std::span<const std::uint8_t> prefix,
                 unsigned bits) noexcept {
  for (std::size_t i = 0; bits > 0; ++i) {
    const unsigned here = std::min(bits, 8U);
    const auto mask = static_cast<std::uint8_t>(0xffU << (8 - here));
    if ((address[i] & mask) != (prefix[i] & mask)) return false;
    bits -= here;
  }
  return true;
}

struct Net4 {
  Ipv4 prefix;
  unsigned bits;
};
// The IANA registry of special-purpose addresses: all that is not globally reachable.
constexpr std::array kClosed4 = std::to_array<Net4>({
    {{0, 0, 0, 0}, 8},        // this network
    {{10, 0, 0, 0}, 8},       // private
    {{100, 64, 0, 0}, 10},    // shared, behind a carrier's NAT
    {{127, 0, 0, 0}, 8},      // loopback
    {{169, 254, 0, 0}, 16},   // link-local, metadata of clouds
    {{172, 16, 0, 0}, 12},    // private
    {{192, 0, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2, 0}, 24},     // for examples
    {{192, 88, 99, 0}, 24},   // relays of 6to4
    {{192, 168, 0, 0}, 16},   // private
    {{198, 18, 0, 0}, 15},    // for measurements
    {{198, 51, 100, 0}, 24},  // for examples
    {{203, 0, 113, 0}, 24},   // for examples
    {{224, 0, 0, 0}, 4},      // multicast
    {{240, 0, 0, 0}, 4},      // reserved, broadcast
});

struct Net6 {
  Ipv6 prefix;
  unsigned bits;
};
// What is global unicast (2000::/3) and yet not the public internet.
constexpr std::array kClosed6 = std::to_array<Net6>({
    {{0x20, 0x01, 0x00, 0x02}, 48},  // for measurements
    {{0x20, 0x01, 0x00, 0x10}, 28},  // ORCHID
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // for examples
    {{0x3f, 0xff}, 20},              // for examples
});

struct Carrier {
  Ipv6 prefix;
  unsigned bits;
  std::size_t at;      // where the IPv4 address is
  std::uint8_t mixed;  // each of its bytes is xored with this
};
constexpr std::array kCarriers = std::to_array<Carrier>({
    {{}, 96, 12, 0},                                          // compatible
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12, 0},  // mapped
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}, 96, 12, 0},  // translated
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12, 0},                    // NAT64
    {{0x20, 0x02}, 16, 2, 0},                                 // 6to4
    {{0x20, 0x01, 0x00, 0x00}, 32, 12, 0xff},                 // Teredo
});

constexpr Ipv6 kUnicast = {0x20};

}  // namespace

bool is_public(const Ipv4& address) noexcept {
  return std::ranges::none_of(
      kClosed4, [&](const Net4& net) { return starts_with(address, net.prefix, net.bits); });
}

bool is_public(const Ipv6& address) noexcept {
  for (const Carrier& carrier : kCarriers) {
    if (!starts_with(address, carrier.prefix, carrier.bits)) continue;
    Ipv4 inner{};
    for (std::size_t i = 0; i < inner.size(); ++i) {
      inner[i] = static_cast<std::uint8_t>(address[carrier.at + i] ^ carrier.mixed);
    }
    return is_public(inner);
  }
  return starts_with(address, kUnicast, 3) && std::ranges::none_of(kClosed6, [&](const Net6& net) {
           return starts_with(address, net.prefix, net.bits);
         });
}

std::optional<bool> is_public_address(std::string_view text) noexcept {
  constexpr std::size_t kLongest = INET6_ADDRSTRLEN;
  std::array<char, kLongest> room{};
  if (text.size() >= room.size()) return std::nullopt;
  std::ranges::copy(text, room.begin());
  Ipv4 four{};
  if (inet_pton(AF_INET, room.data(), four.data()) == 1) return is_public(four);
  Ipv6 six{};
  if (inet_pton(AF_INET6, room.data(), six.data()) == 1) return is_public(six);
  return std::nullopt;
}

}  // namespace ordo::net
