#include "net/address_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace ordo::net {
namespace {

TEST(AddressRules, RefuseWhatIsNotOfThePublicInternet) {
  for (const char* closed : {
           "0.0.0.0",         "0.1.2.3",         "10.0.0.0",        "10.255.255.255",
           "100.64.0.0",      "100.127.255.255", "127.0.0.1",       "127.255.255.255",
           "169.254.0.1",     "169.254.169.254", "172.16.0.0",      "172.31.255.255",
           "192.0.0.8",       "192.0.2.1",       "192.88.99.1",     "192.168.0.0",
           "192.168.255.255", "198.18.0.1",      "198.19.255.255",  "198.51.100.7",
           "203.0.113.9",     "224.0.0.1",       "239.255.255.255", "240.0.0.1",
           "255.255.255.255",
       }) {
    EXPECT_EQ(is_public_address(closed), false) << closed;
  }
}

TEST(AddressRules, AllowTheNeighboursOfWhatTheyRefuse) {
  for (const char* open : {
           "1.0.0.0",         "1.1.1.1",         "8.8.8.8",        "9.255.255.255",
           "11.0.0.0",        "100.63.255.255",  "100.128.0.0",    "126.255.255.255",
           "128.0.0.0",       "169.253.255.255", "169.255.0.0",    "172.15.255.255",
           "172.32.0.0",      "192.0.1.0",       "192.0.3.0",      "192.88.98.1",
           "192.167.255.255", "192.169.0.0",     "198.17.255.255", "198.20.0.0",
           "198.51.99.1",     "203.0.112.1",     "203.0.114.0",    "223.255.255.255",
       }) {
    EXPECT_EQ(is_public_address(open), true) << open;
  }
}

TEST(AddressRules, RefuseTheSameInTheOtherFamily) {
  for (const char* closed : {
           "::",          "::1",           "::2",
           "fe80::1",     "febf:ffff::1",  "fec0::1",
           "fc00::1",     "fd00:ec2::254", "fdff:ffff::1",
           "ff02::1",     "ff0e::1",       "100::1",
           "2001:db8::1", "3fff:fff::1",   "2001:2::1",
           "2001:10::1",  "4000::1",       "64:ff9b:1::1",
           "5f00::1",     "e000::1",       "2001:1f:ffff::1",
       }) {
    EXPECT_EQ(is_public_address(closed), false) << closed;
  }
  for (const char* open : {"2606:4700:4700::1111", "2a00:1450:4001:800::200e", "2001:db7::1",
                           "2001:db9::1", "2001:4860:4860::8888", "2001:20::1", "3ffe::1"}) {
    EXPECT_EQ(is_public_address(open), true) << open;
  }
}

TEST(AddressRules, LookThroughWhatCarriesAnAddressOfVersion4) {
  for (const char* closed : {
           "::ffff:127.0.0.1",
           "::ffff:10.1.2.3",
           "::ffff:169.254.169.254",
           "::127.0.0.1",
           "::ffff:0:192.168.0.1",
           "64:ff9b::127.0.0.1",
           "64:ff9b::10.0.0.1",
           "64:ff9b::169.254.169.254",
           "2002:7f00:1::1",
           "2002:a00:1::",
           "2002:c0a8:1::1",
           // Teredo keeps the client's address with every bit turned.
           "2001:0:102:304::80ff:fffe",
       }) {
    EXPECT_EQ(is_public_address(closed), false) << closed;
  }
  for (const char* open :
       {"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2001:0:7f00:1::f7f7:f7f7"}) {
    EXPECT_EQ(is_public_address(open), true) << open;
  }
}

TEST(AddressRules, KnowNothingOfWhatIsNoAddress) {
  for (const std::string none :
       {"", "localhost", "127.1", "10.0.0.1.", "256.0.0.1", "::1%lo", "[::1]", "/run/x.sock",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd"}) {
    EXPECT_EQ(is_public_address(none), std::nullopt) << none;
  }
}

}  // namespace
}  // namespace ordo::net
