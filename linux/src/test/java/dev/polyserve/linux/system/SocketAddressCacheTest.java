package dev.polyserve.linux.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;

/// Checks that a repeated sender gets the same object, and never the address of another peer.
class SocketAddressCacheTest {
    private final MemorySegment memory = Arena.ofAuto().allocate(SocketAddresses.LONGEST_BYTES, 8);
    private final SocketAddressCache cache = new SocketAddressCache();

    private SocketAddress read(int family, SocketAddress address) {
        return cache.read(memory, SocketAddresses.write(memory, family, address));
    }

    @Test
    void aPeerThatComesAgainIsTheSameObject() throws Exception {
        InetSocketAddress one = new InetSocketAddress(InetAddress.getByName("192.0.2.1"), 7);
        SocketAddress first = read(SocketAddresses.AF_INET6, one);
        assertThat(first).isEqualTo(one).isSameAs(read(SocketAddresses.AF_INET6, one));
        UnixDomainSocketAddress path = UnixDomainSocketAddress.of("/run/some/where");
        assertThat(read(SocketAddresses.AF_UNIX, path)).isEqualTo(path).isSameAs(read(SocketAddresses.AF_UNIX, path));
        assertThat(cache.read(memory, 0)).isEqualTo(UnixDomainSocketAddress.of(""));
    }

    @Test
    void morePeersThanPlacesAreAllThemselves() throws Exception {
        InetAddress host = InetAddress.getByName("192.0.2.1");
        for (int round = 0; round < 2; round++) {
            for (int port = 1; port < 2_000; port++) {
                InetSocketAddress peer = new InetSocketAddress(host, port);
                assertThat(read(SocketAddresses.AF_INET, peer)).isEqualTo(peer);
            }
        }
        for (int length = 1; length < 100; length++) {
            UnixDomainSocketAddress peer = UnixDomainSocketAddress.of("/" + "p".repeat(length));
            assertThat(read(SocketAddresses.AF_UNIX, peer)).isEqualTo(peer);
        }
    }
}
