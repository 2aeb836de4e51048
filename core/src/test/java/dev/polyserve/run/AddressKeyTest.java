package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The addresses that the limit per address counts as one client.
class AddressKeyTest {
    @Test
    void anIpv4AddressIsOneClientWhateverItsPort() {
        assertThat(key("192.0.2.1", 1)).isEqualTo(key("192.0.2.1", 2)).isNotEqualTo(key("192.0.2.2", 1));
    }

    @Test
    void anIpv6NetworkOf64BitsIsOneClient() {
        assertThat(key("2001:db8:0:1::1", 1)).isEqualTo(key("2001:db8:0:1:ffff:ffff:ffff:ffff", 1))
                .isNotEqualTo(key("2001:db8:0:2::1", 1));
    }

    @Test
    void anIpv4AddressWrittenAsIpv6IsTheSameClient() {
        assertThat(key("::ffff:192.0.2.1", 1)).isEqualTo(key("192.0.2.1", 1));
    }

    @Test
    void aUnixPeerHasNoAddressToCount() {
        assertThat(LiveConnections.addressKey(UnixDomainSocketAddress.of(""))).isNull();
    }

    private static @Nullable Object key(String address, int port) {
        return LiveConnections.addressKey(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    }
}
