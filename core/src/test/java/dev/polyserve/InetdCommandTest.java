package dev.polyserve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A command's parts, and its environment.
class InetdCommandTest {
    private static final InetdCommand PLAIN = InetdCommand.of("cat").withEnvironment(Map.of());

    /// A connection between two addresses.
    private record Between(SocketAddress peer, SocketAddress local, Optional<Credentials> peerCredentials)
            implements
                ConnectionInfo {
        @Override
        public long id() {
            return 1;
        }

        @Override
        public Endpoint endpoint() {
            return Endpoint.parse("tcp://127.0.0.1:1");
        }

        @Override
        public long bytesIn() {
            return 0;
        }

        @Override
        public long bytesOut() {
            return 0;
        }

        @Override
        public Duration age() {
            return Duration.ZERO;
        }
    }

    private static ConnectionInfo tcp(String peer, int port) throws Exception {
        return new Between(new InetSocketAddress(InetAddress.ofLiteral(peer), port),
                new InetSocketAddress(InetAddress.ofLiteral("::1"), 8888), Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({"::1, ::1", "::, ::", "2001:db8::1, 2001:db8::1", "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1", "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::", "fe80::1%7, fe80::1%7",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8", "10.0.0.1, 10.0.0.1", "::ffff:10.0.0.1, 10.0.0.1"})
    void addressesAreInTheirShortestForm(String written, String shortest) throws Exception {
        Map<String, String> environment = PLAIN.environmentFor(tcp(written, 5));
        assertThat(environment).containsEntry("TCPREMOTEIP", shortest).containsEntry("REMOTE_ADDR", shortest);
    }

    @Test
    void whatIsNotKnownIsNotSet() throws Exception {
        assertThat(PLAIN.environmentFor(tcp("0.0.0.0", 0))).isEqualTo(
                Map.of("PROTO", "TCP", "TCPLOCALIP", "::1", "TCPLOCALPORT", "8888"));
        SocketAddress unnamed = UnixDomainSocketAddress.of("");
        assertThat(PLAIN.environmentFor(new Between(unnamed, unnamed, Optional.empty())))
                .isEqualTo(Map.of("PROTO", "IPC"));
        Optional<ConnectionInfo.Credentials> client = Optional.of(new ConnectionInfo.Credentials(0, 4_294_967_294L, 7));
        assertThat(PLAIN.environmentFor(new Between(UnixDomainSocketAddress.of("@a"), unnamed, client))).isEqualTo(
                Map.of("PROTO", "IPC", "IPCREMOTEPATH", "@a", "REMOTE_ADDR", "@a", "IPCREMOTEEUID", "4294967294",
                        "IPCREMOTEEGID", "7"));
    }

    @Test
    void whatIsInheritedAboutAnotherConnectionIsTakenAway() throws Exception {
        InetdCommand inner = PLAIN
                .withEnvironment(Map.of("TCPREMOTEHOST", "x", "TCPREMOTEINFO", "x", "TCPLOCALHOST", "x",
                        "IPCREMOTEEUID", "0", "REMOTE_HOST", "x", "PROTO", "SSL", "KEPT", "x"));
        assertThat(inner.environmentFor(tcp("10.0.0.1", 5)).keySet()).containsExactlyInAnyOrder("KEPT", "PROTO",
                "TCPREMOTEIP", "TCPREMOTEPORT", "TCPLOCALIP", "TCPLOCALPORT", "REMOTE_ADDR", "REMOTE_PORT");
    }

    @Test
    void theEnvironmentIsCleanUnlessAsked() {
        Map<String, String> ours = Map.of("PATH", "/bin", "SECRET", "x", "LC_ALL", "C", "LD_PRELOAD", "x", "HOME", "/");
        assertThat(InetdEnvironment.clean(ours)).isEqualTo(Map.of("PATH", "/bin", "LC_ALL", "C", "HOME", "/"));
        assertThat(InetdEnvironment.clean(Map.of())).isEqualTo(Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"));
        InetdCommand all = InetdCommand.of("cat").withVariable("OWN", "1").withVariable("PATH", "/mine")
                .withOurEnvironment();
        assertThat(all.environment()).containsKeys(System.getenv().keySet().toArray(String[]::new))
                .containsEntry("OWN", "1").containsEntry("PATH", "/mine");
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> InetdCommand.of(List.of())).hasMessage("a command names no program to start");
        assertThatThrownBy(() -> InetdCommand.of("")).hasMessage("a command names no program to start");
        assertThatThrownBy(() -> InetdCommand.of("cat").withTimes(Duration.ofSeconds(-1), Duration.ZERO))
                .hasMessageContaining("times are negative");
    }
}
