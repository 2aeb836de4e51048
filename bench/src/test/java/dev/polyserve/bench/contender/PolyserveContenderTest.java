package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polyserve.Endpoint;
import dev.polyserve.bench.contender.Contender.Polyserve;
import dev.polyserve.bench.contender.Contender.Style;
import dev.polyserve.bench.service.EchoHandler;
import dev.polyserve.bench.service.EchoMessageHandler;
import dev.polyserve.bench.service.EchoProtocol;
import dev.polyserve.bench.service.SimulatedWorkMessageHandler;
import dev.polyserve.bench.service.BenchService;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Starts a Polyserve model, with a program that imitates `polyserve serve`.
@Tag("slow")
@Timeout(60)
class PolyserveContenderTest {
    @AutoClose
    private final ContenderLauncher launcher = new ContenderLauncher(FakeServe.program(),
            new ProcessorPlacement.Unpinned(1, "it is a test"));

    @Test
    void servesAtTheEndpointOfTheReadyLine() throws Exception {
        RunningContender running = launcher.start(Contender.model("nio"), BenchService.ECHO, LoadTransport.TCP);
        assertThat(running.name()).isEqualTo("nio");
        assertThat(running.alive()).isTrue();
        assertThat(running.remarks()).isEmpty();
        try (Socket client = connect(running)) {
            assertThat(client.isConnected()).isTrue();
        }
        assertThat(running.lastOutput().getFirst()).matches("words: serve --handler " + EchoHandler.class.getName()
                + " --class-path \\S+ --listen tcp://127.0.0.1:0 --model nio --quiet --max-per-ip 0 --drain-timeout 1s");
        running.close();
        assertThat(running.ended()).hasValueSatisfying(how -> assertThat(how).startsWith("nio was ended by signal 15"));
    }

    @Test
    void passesStyleAndOptions() throws Exception {
        var ours = new Polyserve("nio", Style.PROTOCOL, List.of("--loops", "2", "--drain-timeout", "5s"));
        RunningContender running = launcher.start(ours, BenchService.ECHO, LoadTransport.TCP);
        assertThat(running.lastOutput().getFirst()).contains(EchoProtocol.class.getName())
                .endsWith(" --quiet --max-per-ip 0 --loops 2 --drain-timeout 5s").doesNotContain("1s");
    }

    @Test
    void remarksThatThereIsNoSuchStyle() throws Exception {
        assertThat(launcher.start(Contender.model("nio:protocol"), BenchService.WORK, LoadTransport.TCP).remarks())
                .containsExactly("nio:protocol runs a blocking handler here, because this service has no event style");
        assertThat(Contender.model("nio:messages").remarks(BenchService.BROADCAST)).containsExactly(
                "nio:messages runs a blocking handler here, because this service has no style of messages");
    }

    @Test
    void everyExchangeOfMessagesHasThatStyle() throws Exception {
        Polyserve messages = Contender.model("nio:messages");
        assertThat(launcher.start(messages, BenchService.ECHO, LoadTransport.TCP).lastOutput().getFirst())
                .contains(EchoMessageHandler.class.getName());
        assertThat(messages.handler(BenchService.COMPUTE)).isEqualTo(SimulatedWorkMessageHandler.class);
        assertThat(messages.handler(BenchService.WORK)).isEqualTo(SimulatedWorkMessageHandler.class);
        assertThat(messages.remarks(BenchService.WORK)).isEmpty();
    }

    @Test
    void reportsTheErrorOfTheProgram() {
        assertThatExceptionOfType(ContenderException.class)
                .isThrownBy(
                        () -> launcher.start(new Polyserve("io_uring", Style.HANDLER, List.of("--fail")),
                                BenchService.ECHO,
                                LoadTransport.TCP))
                .withMessage("io_uring --fail exited with status 2 before it served; its last output was: the"
                        + " model io_uring cannot run here");
    }

    @Test
    void aProgramWithoutAReadyLineTimesOut() {
        try (ContenderLauncher hasty = new ContenderLauncher(FakeServe.program(),
                new ProcessorPlacement.Unpinned(1, "it is a test"),
                Duration.ofMillis(300))) {
            assertThatExceptionOfType(ContenderException.class)
                    .isThrownBy(
                            () -> hasty.start(new Polyserve("nio", Style.HANDLER, List.of("--mute")), BenchService.ECHO,
                                    LoadTransport.TCP))
                    .withMessageStartingWith("nio --mute did not print its ready line within 0.3 s");
        }
    }

    @Test
    void anExitWhileServingIsReported() throws Exception {
        RunningContender running = launcher.start(new Polyserve("nio", Style.HANDLER, List.of("--die-later")),
                BenchService.ECHO,
                LoadTransport.TCP);
        connect(running).close();
        Eventually.holds("it died", () -> !running.alive());
        Eventually.holds("its words were read", () -> running.lastOutput().contains("out of luck"));
        assertThat(running.ended())
                .contains("nio --die-later exited with status 7; its last output was: out of luck");
    }

    @Test
    void aRecordingProgramHasTimeToWriteItsFile(@TempDir Path directory) throws Exception {
        Path written = directory.resolve("written");
        try (ContenderLauncher recording = new ContenderLauncher(FakeServe.program().recordingTo(directory),
                new ProcessorPlacement.Unpinned(1, "it is a test"))) {
            RunningContender running = recording.start(
                    new Polyserve("nio", Style.HANDLER, List.of("--late-end", written.toString())), BenchService.ECHO,
                    LoadTransport.TCP);
            running.close();
        }
        assertThat(written).exists();
        assertThat(directory).isDirectoryContaining(file -> file.toString().endsWith(".jfr"));
    }

    private static Socket connect(RunningContender running) throws Exception {
        return switch (running.endpoint()) {
            case Endpoint.Tcp tcp -> new Socket(tcp.host(), tcp.port());
            case Endpoint.Tls _, Endpoint.Udp _, Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw new AssertionError();
        };
    }
}
