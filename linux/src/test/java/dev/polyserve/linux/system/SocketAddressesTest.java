package dev.polyserve.linux.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Checks the conversion of socket addresses in both directions.
class SocketAddressesTest {
    private final MemorySegment memory = Arena.ofAuto().allocate(SocketAddresses.LONGEST_BYTES, 8);

    private SocketAddress thereAndBack(int family, SocketAddress address) {
        memory.fill((byte) 0xa5);
        return SocketAddresses.read(memory, SocketAddresses.write(memory, family, address));
    }

    private static InetSocketAddress inet(String host, int port) throws Exception {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    @Test
    void internetAddressesComeBack() throws Exception {
        InetSocketAddress four = inet("192.0.2.200", 65_535);
        InetSocketAddress six = inet("2001:db8::1", 80);
        assertThat(thereAndBack(SocketAddresses.AF_INET, four)).isEqualTo(four);
        assertThat(thereAndBack(SocketAddresses.AF_INET6, six)).isEqualTo(six);
        assertThat(thereAndBack(SocketAddresses.AF_INET6, four)).as("mapped").isEqualTo(four);
        assertThat(thereAndBack(SocketAddresses.AF_INET6, inet("0.0.0.0", 1))).isEqualTo(inet("::", 1));
        assertThatThrownBy(() -> thereAndBack(SocketAddresses.AF_INET, six))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aScopeComesBack() throws Exception {
        byte[] linkLocal = InetAddress.getByName("fe80::1").getAddress();
        InetSocketAddress scoped = new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 3), 9);
        SocketAddress back = thereAndBack(SocketAddresses.AF_INET6, scoped);
        assertThat(((Inet6Address) ((InetSocketAddress) back).getAddress()).getScopeId()).isEqualTo(3);
    }

    @Test
    void everyByteOfAPathComesBack() {
        byte[] bytes = "\1\0/tmp/gr\u00fc\u00ff%41 x\0".getBytes(StandardCharsets.ISO_8859_1);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        SocketAddress read = SocketAddresses.read(memory, bytes.length);
        memory.fill((byte) 0xa5);
        int length = SocketAddresses.write(memory, SocketAddresses.AF_UNIX, read);
        assertThat(memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
    }

    @Test
    void aNameThatIsNoPathOfThisEncodingIsNone() {
        byte[] bytes = "\1\0relative\u00fc\0".getBytes(StandardCharsets.ISO_8859_1);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        SocketAddress read = SocketAddresses.read(memory, bytes.length);
        if (SurrogateEscape.CHARSET.equals(StandardCharsets.UTF_8)) {
            assertThat(read).isEqualTo(UnixDomainSocketAddress.of(""));
        }
    }

    @Test
    void pathsComeBackAndNoneIsEmpty() {
        UnixDomainSocketAddress longest = UnixDomainSocketAddress.of("/" + "p".repeat(106));
        assertThat(thereAndBack(SocketAddresses.AF_UNIX, longest)).isEqualTo(longest);
        UnixDomainSocketAddress name = UnixDomainSocketAddress.of("@name");
        assertThat(thereAndBack(SocketAddresses.AF_UNIX, name)).isEqualTo(name);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 2)).as("abstract").isZero();
        UnixDomainSocketAddress file = UnixDomainSocketAddress.of("./@file");
        assertThat(thereAndBack(SocketAddresses.AF_UNIX, file)).isEqualTo(file);
        memory.setString(2, "@file");
        assertThat(SocketAddresses.read(memory, 8)).as("a file, and no name").isEqualTo(file);
        assertThat(SocketAddresses.read(memory, 2)).isEqualTo(UnixDomainSocketAddress.of(""));
        assertThat(SocketAddresses.read(memory, 0)).isEqualTo(UnixDomainSocketAddress.of(""));
        assertThatThrownBy(
                () -> thereAndBack(SocketAddresses.AF_UNIX, UnixDomainSocketAddress.of("/" + "p".repeat(107))))
                .hasMessageContaining("107 bytes");
    }
}
