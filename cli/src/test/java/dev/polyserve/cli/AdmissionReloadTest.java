package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which clients may come in, changed while `serve` runs, and bans over the control socket.
@Timeout(120)
@Tag("slow")
@Tag("process")
class AdmissionReloadTest {
    private static final String HEADER = "PROXY TCP4 192.0.2.7 198.51.100.1 4000 443\r\n";

    @TempDir
    Path directory;

    @BeforeEach
    void onLinux() {
        assumeTrue(Server.whyNot(Model.epoll()).isEmpty(), "needs Linux and native access");
    }

    private Path config(String text) throws IOException {
        return Files.writeString(directory.resolve("p.toml"), text);
    }

    private void reload(ServedProcess server, String text, String changed) throws Exception {
        Path _ = config(text);
        server.signal("HUP");
        String _ = server.err.awaitContaining("the configuration was reloaded, changed: " + changed);
    }

    /// Sends this, and whether the server echoes the last byte of it.
    private static boolean echoes(int port, String sent) throws IOException {
        try (Socket client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            client.setSoTimeout(30_000);
            client.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            return client.getInputStream().read() == sent.charAt(sent.length() - 1);
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
            return false;
        }
    }

    /// Asks again until it is so: the workers of a pool take a change a moment later.
    private static void awaitEchoes(int port, String sent, boolean expected) throws IOException {
        while (echoes(port, sent) != expected) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio", "process-pool"})
    void hangUpChangesWhichClientsMayComeIn(String model) throws Exception {
        String listen = "listen = [\"tcp://127.0.0.1:0\"]\n";
        try (ServedProcess server = ServedProcess.start("serve", "echo", "--config", config(listen).toString(),
                "--model",
                model)) {
            int port = server.awaitPort();
            assertThat(echoes(port, "a")).isTrue();
            reload(server, listen + "deny = [\"127.0.0.0/8\"]\n", "deny");
            awaitEchoes(port, "a", false);
            reload(server, listen + "deny = [\"127.0.0.0/8\"]\nallow = [\"127.0.0.1\"]\n", "allow");
            awaitEchoes(port, "a", true);
            reload(server, listen + "proxy-protocol = \"127.0.0.1\"\n", "allow, deny, proxy-protocol");
            awaitEchoes(port, HEADER + "a", true);
            reload(server, listen.replace(":0", ":0?proxy=10.0.0.0/8"), "listen, proxy-protocol");
            awaitEchoes(port, HEADER + "a", false);
            reload(server,
                    listen + "accept-rate = \"1000/s\"\nmin-rate = \"1/s\"\nban = \"1m:3/1m\"\nmax-per-ip = 1000\n",
                    "accept-rate, ban, listen, max-per-ip, min-rate");
            awaitEchoes(port, "a", true);
            assertThat(server.err.text()).doesNotContain("after a restart");
        }
    }

    @Test
    void bansAreShownAndLifted() throws Exception {
        String control = directory.resolve("control").toString();
        try (ServedProcess server = ServedProcess.start("serve", "welcome", "--listen", "tcp://127.0.0.1:0",
                "--max-frame",
                "10", "--ban", "10m:1/1m", "--control", control)) {
            int port = server.awaitPort();
            assertThat(Cli.run("bans", "--control", control).out()).contains("no address is banned");
            assertThat(endsAfter(port, "a line that is too long\n")).isTrue();
            server.err.awaitContaining("127.0.0.1/32 is banned for 600 s, because it broke limits 1 times within 60 s");
            assertThat(endsAfter(port, "")).isTrue();
            assertThat(Cli.run("bans", "--control", control).out()).contains("127.0.0.1/32");
            assertThat(Cli.run("bans", "--control", control, "--format", "json").out())
                    .contains("[{\"address\":\"127.0.0.1/32\",\"leftMillis\":");
            assertThat(Cli.run("status", "--control", control).out()).contains("banned", "1 addresses",
                    "ban reached 1");
            Cli.Finished wrong = Cli.run("bans", "--control", control, "--lift", "nonsense");
            assertThat(wrong.err()).contains("'nonsense' is not an IPv4 or IPv6 address, nor 'all'");
            assertThat(Cli.run("bans", "--control", control, "--lift", "127.0.0.2").err())
                    .contains("127.0.0.2 is not banned");
            assertThat(Cli.run("bans", "--control", control, "--lift", "127.0.0.1").out())
                    .contains("the ban of 127.0.0.1 was lifted");
            server.err.awaitContaining("the ban of 127.0.0.1/32 was lifted");
            assertThat(Cli.run("bans", "--control", control, "--lift", "all").out()).contains("0 bans were lifted");
            try (Socket client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
                client.setSoTimeout(30_000);
                assertThat(client.getInputStream().read()).isPositive();
            }
        }
    }

    /// Whether the server ends the connection.
    private static boolean endsAfter(int port, String sent) throws IOException {
        try (Socket client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            client.setSoTimeout(30_000);
            client.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            long _ = client.getInputStream().transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).matches("(?i).*(reset|broken pipe).*");
        }
    }
}
