package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.ProcessCalls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `lab` as a process: whatever ends it during a run, it leaves no process and no file.
@Tag("process")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class LabProcessTest {
    private static final int INT = 2;
    /// The argument of a `sleep` beside a server; no other program has it.
    private static final String UNUSUAL_SECONDS = "86373";
    private static final String AGAINST = "sleep " + UNUSUAL_SECONDS + "; : {port}";

    @TempDir
    private Path directory = Path.of(".");
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        http.close();
    }

    /// Ctrl-C at a terminal sends INT to all processes of the job.
    @ParameterizedTest
    @ValueSource(strings = {"INT to all", "INT", "KILL"})
    void nothingIsLeft(String how) throws Exception {
        try (ServedProcess lab = ServedProcess.start(List.of("setsid"),
                Map.of("JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=" + directory), "lab", "--no-browser", "--against",
                AGAINST)) {
            URI page = URI.create(lab.out.awaitContaining("http://127.0.0.1:").strip());
            begin(page);
            while (sleeping().count() == 0 || ours(lab).count() == 0) {
                LockSupport.parkNanos(10_000_000);
            }
            List<ProcessHandle> ours = ours(lab).toList();
            if (how.equals("INT to all")) {
                assertThat(ProcessCalls.kill(SystemCallMemory.small(), Math.toIntExact(-lab.pid()), INT)).isZero();
            } else {
                lab.signal(how);
            }
            int status = lab.awaitStatus();
            while (sleeping().findAny().isPresent() || ours.stream().anyMatch(ProcessHandle::isAlive)) {
                LockSupport.parkNanos(10_000_000);
            }
            if (!how.equals("KILL")) {
                assertThat(status).as(lab.err.text()).isZero();
                assertThat(directory).isEmptyDirectory();
            }
        } finally {
            sleeping().forEach(ProcessHandle::destroyForcibly);
        }
    }

    private void begin(URI page) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(page.resolve("/start"))
                .header("Authorization", "Bearer " + page.getFragment())
                .POST(BodyPublishers.ofString("{\"servers\":[{\"model\":\"thread\"},{\"against\":\"" + AGAINST
                        + "\"}],\"seconds\":60}"))
                .build();
        assertThat(http.send(request, BodyHandlers.ofString()).body()).isEqualTo("run r1 has begun\n");
    }

    private static Stream<ProcessHandle> sleeping() {
        return ProcessHandle.allProcesses().filter(one -> one.info().command().orElse("").endsWith("sleep"))
                .filter(one -> one.info().commandLine().orElse("").endsWith("sleep " + UNUSUAL_SECONDS));
    }

    /// The servers of ours.
    private static Stream<ProcessHandle> ours(ServedProcess lab) {
        return ProcessHandle.of(lab.pid()).stream().flatMap(ProcessHandle::descendants)
                .filter(process -> process.info().command().orElse("").endsWith("java"));
    }
}
