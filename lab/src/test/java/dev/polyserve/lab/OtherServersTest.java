package dev.polyserve.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.examples.models.ModelExample;
import dev.polyserve.lab.recording.LabEventKind;
import dev.polyserve.lab.recording.LabEvent;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// Commands of others that behave badly: the lab says so in one sentence, and leaves no process.
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class OtherServersTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    /// The argument of a `sleep` that stands for a server; no other program has it.
    private static final String UNUSUAL_SECONDS = "86371";
    private static final String NEVER_LISTENS = "sleep " + UNUSUAL_SECONDS + " # {port}";
    /// More than a client asks for.
    private static final long FLOOD_BYTES = 10 << 20;
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path directory = Path.of(".");

    @AfterEach
    void noProcessIsLeft() {
        // The ones that a killed process has left may take a moment.
        while (!sleeping().isEmpty()) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static List<String> sleeping() {
        return ProcessHandle.allProcesses().map(ProcessHandle::info)
                .filter(one -> one.command().orElse("").endsWith("sleep"))
                .map(one -> one.commandLine().orElse("")).filter(line -> line.endsWith("sleep " + UNUSUAL_SECONDS))
                .toList();
    }

    private static LabRun start(Lab lab, String command) throws Exception {
        return lab.start("{\"servers\":[{\"against\":" + MAPPER.writeValueAsString(command)
                + "}],\"clients\":1,\"seconds\":60}");
    }

    private static Lab lab(String command) throws LabException {
        return Lab.open(LabServerProgram.running(), List.of(command));
    }

    private static String endOf(String command) throws Exception {
        try (Lab lab = lab(command)) {
            LabRun run = start(lab, command);
            assertThat(run.awaitEnd(SOON)).isTrue();
            assertThat(run.head()).contains("\"over\":\"no server serves\"");
            return run.head();
        }
    }

    @Test
    void aStopEndsAStart() throws Exception {
        try (Lab lab = lab(NEVER_LISTENS)) {
            LabRun run = start(lab, NEVER_LISTENS);
            awaitSleeping();
            run.stop();
            assertThat(run.awaitEnd(SOON)).isTrue();
            assertThat(run.head()).contains("\"over\":\"it was stopped\"", "it was stopped before it served");
        }
    }

    private static void awaitSleeping() {
        while (sleeping().isEmpty()) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Test
    void theEndOfTheLabEndsAStart() throws Exception {
        try (Lab lab = lab(NEVER_LISTENS)) {
            LabRun _ = start(lab, NEVER_LISTENS);
            awaitSleeping();
        }
        assertThat(sleeping()).isEmpty();
    }

    /// As when a button is pressed again and again.
    @Test
    void oneRunStartsServersAtATime() throws Exception {
        try (Lab lab = lab(NEVER_LISTENS)) {
            var runs = new ArrayList<LabRun>();
            for (int i = 0; i < 20; i++) {
                runs.add(start(lab, NEVER_LISTENS));
            }
            for (LabRun run : runs.subList(0, 19)) {
                assertThat(run.awaitEnd(SOON)).isTrue();
                assertThat(run.head()).contains("\"over\":\"it was stopped\"");
            }
            awaitSleeping();
            assertThat(sleeping()).hasSize(1);
        }
    }

    @Test
    void theWholeCommandIsTheShells() throws Exception {
        String command = "cd / && exit 4 # {port}";
        assertThat(endOf(command)).contains("has ended before it listened on port");
    }

    @Test
    void aLineWithoutAnEndIsCut() throws Exception {
        assertThat(endOf("head -c 20000000 /dev/zero | tr '\\0' x >&2; exit 3 # {port}")).contains("it said: xxx")
                .hasSizeLessThan(2_000);
    }

    @Test
    void aMissingProgramIsNamed() throws Exception {
        assertThat(endOf("no-such-server {port}")).contains("it said: ", "no-such-server");
    }

    @Test
    void processesThatIgnoreTheirEndAreKilled() throws Exception {
        String command = "trap '' TERM; sleep " + UNUSUAL_SECONDS + " & sleep " + UNUSUAL_SECONDS + "; : {port}";
        try (Lab lab = lab(command)) {
            LabRun run = start(lab, command);
            while (sleeping().size() < 2) {
                LockSupport.parkNanos(10_000_000);
            }
            run.stop();
            assertThat(run.awaitEnd(SOON)).isTrue();
        }
    }

    /// It ends when the test writes into a pipe.
    @Test
    void aServerThatEndsDuringTheRunSaysHow() throws Exception {
        Path end = directory.resolve("end");
        assertThat(new ProcessBuilder("mkfifo", end.toString()).inheritIO().start().waitFor()).isZero();
        String command = System.getProperty("java.home") + File.separator + "bin" + File.separator + "java -cp "
                + System.getProperty("java.class.path") + " " + ModelExample.of("thread").byHandClass()
                + " {port} & read -r line < " + end + "; echo enough >&2; exit 9";
        try (Lab lab = lab(command)) {
            LabRun run = start(lab, command);
            LabRun.Batch batch = run.after(0, SOON);
            while (batch.items().stream().noneMatch(item -> item.contains("\"answered\""))) {
                batch = run.after(batch.next(), SOON);
            }
            Files.writeString(end, "end\n");
            RecordedRun recorded = RecordedRun.until(
                    shown -> shown.run().head().contains("\"state\":\"ended\""), run);
            assertThat(recorded.run().head()).contains("it has ended with status 9; it said: enough");
        }
    }

    /// Sends to each client for ever, whether it reads or has left.
    static final class FloodingServer {
        private FloodingServer() {}

        public static void main(String[] arguments) throws IOException {
            byte[] bytes = new byte[64 << 10];
            try (ServerSocket server = new ServerSocket(Integer.parseInt(arguments[0]))) {
                while (true) {
                    Socket client = server.accept();
                    Thread.ofPlatform().start(() -> {
                        try (client) {
                            while (true) {
                                client.getOutputStream().write(bytes);
                            }
                        } catch (IOException e) {
                            assert !client.isConnected() || client.isClosed() : e;
                        }
                    });
                }
            }
        }
    }

    @Test
    void aServerThatFloodsItsClientsDoesNotHoldUpTheEnd() throws Exception {
        String command = System.getProperty("java.home") + File.separator + "bin" + File.separator + "java -cp "
                + System.getProperty("java.class.path") + " '" + FloodingServer.class.getName() + "' {port}";
        try (Lab lab = lab(command)) {
            RecordedRun _ = RecordedRun.until(
                    shown -> shown.events(0, LabEventKind.RECEIVED).mapToLong(LabEvent::amount).sum() > FLOOD_BYTES,
                    start(lab, command));
        }
    }
}
