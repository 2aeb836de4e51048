package dev.polyserve.linux.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The messages that a service manager receives.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class SdNotifyTest {
    private static final long PID = 4711;
    private static final long TIMEOUT_SECONDS = 20;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @TempDir
    private Path directory;

    /// A manager that receives at this socket.
    private Server listening(String socket) throws IOException {
        return Server.at(Endpoint.parse("unixgram:" + socket)).model(Model.epoll())
                .datagrams((request, _) -> heard.add(StandardCharsets.UTF_8.decode(request.payload()).toString()))
                .start();
    }

    private String next() throws InterruptedException {
        return Objects.requireNonNull(heard.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS), "nothing was heard");
    }

    private static SdNotify manager(String socket, String... watchdog) {
        return SdNotify.of(watchdog.length == 0
                ? Map.of("NOTIFY_SOCKET", socket)
                : Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", watchdog[0], "WATCHDOG_PID", watchdog[1]), PID);
    }

    private void requireTold(String socket) throws Exception {
        try (Server _ = listening(socket); SdNotify manager = manager(socket)) {
            assertThat(manager.listens()).isTrue();
            manager.ready("serving echo\non two lines");
            assertThat(next()).isEqualTo("READY=1\nMAINPID=" + ProcessHandle.current().pid()
                    + "\nSTATUS=serving echo on two lines");
            manager.reloading();
            assertThat(next()).matches("RELOADING=1\nMONOTONIC_USEC=[0-9]+");
            manager.stopping("draining");
            assertThat(next()).isEqualTo("STOPPING=1\nSTATUS=draining");
            manager.status("fine");
            assertThat(next()).isEqualTo("STATUS=fine");
            manager.alive();
            assertThat(next()).isEqualTo("WATCHDOG=1");
        }
    }

    @Test
    void isToldAtAPath() throws Exception {
        requireTold(directory.resolve("notify").toString());
    }

    @Test
    void isToldAtAnAbstractName() throws Exception {
        requireTold("@polyserve-notify-" + ProcessHandle.current().pid());
    }

    @Test
    void theTimeOfAReloadIsTheMonotonicClocks() throws Exception {
        String socket = directory.resolve("notify").toString();
        try (Server _ = listening(socket); SdNotify manager = manager(socket)) {
            manager.reloading();
            long micros = Long.parseLong(next().replaceAll("(?s).*=", ""));
            double uptimeSeconds = Double.parseDouble(
                    java.nio.file.Files.readString(Path.of("/proc/uptime")).split(" ", -1)[0]);
            // The two differ by the time that the machine has slept.
            assertThat(micros / 1e6).isPositive().isLessThanOrEqualTo(uptimeSeconds + 1);
        }
    }

    @Test
    void oneThatIsGoneStopsNothing() throws Exception {
        try (SdNotify manager = manager(directory.resolve("nobody").toString())) {
            manager.ready("serving");
            manager.alive();
        }
        try (SdNotify manager = manager("vsock:2:1")) {
            assertThat(manager.listens()).isFalse();
            manager.ready("serving");
        }
        try (SdNotify manager = SdNotify.of(Map.of(), PID)) {
            assertThat(manager.listens()).isFalse();
            manager.ready("serving");
        }
    }

    @Test
    void theWatchdogIsOursUnlessAnotherProcessIsNamed() {
        assertThat(manager("/x", "2000000", "").watchdog()).hasValue(Duration.ofSeconds(2));
        assertThat(manager("/x", "2000000", "4711").watchdog()).hasValue(Duration.ofSeconds(2));
        assertThat(manager("/x", "2000000", "4712").watchdog()).isEmpty();
        assertThat(manager("/x", "nothing", "").watchdog()).isEmpty();
        assertThat(manager("/x").watchdog()).isEmpty();
    }

    @Test
    void aServerWhoseLoopIsStuckGivesNoSignOfLife() throws Exception {
        String socket = directory.resolve("notify").toString();
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        Protocol sticky = (input, _) -> {
            input.skip(input.available());
            stuck.countDown();
            goesOn.await();
        };
        try (Server _ = listening(socket);
                SdNotify manager = manager(socket, "200000", "");
                Server server = Server.at("tcp://127.0.0.1:0").model(Model.epoll()).protocol(() -> sticky).start();
                SystemdWatchdog _ = SystemdWatchdog.start(server, manager).orElseThrow();
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            assertThat(next()).isEqualTo("WATCHDOG=1");
            assertThat(next()).isEqualTo("WATCHDOG=1");
            client.getOutputStream().write(1);
            stuck.await();
            // One message may have been on its way when the loop got stuck; a later one cannot arrive.
            String _ = heard.poll(1, TimeUnit.SECONDS);
            heard.clear();
            assertThat(heard.poll(1, TimeUnit.SECONDS)).isNull();
            goesOn.countDown();
            assertThat(next()).isEqualTo("WATCHDOG=1");
        }
    }
}
