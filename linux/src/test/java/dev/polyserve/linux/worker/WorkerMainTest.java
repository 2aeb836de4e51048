package dev.polyserve.linux.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.program.TestProgram;
import dev.polyserve.linux.control.WorkerControlChannel;
import dev.polyserve.linux.control.WorkerEnvironment;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.linux.process.ChildProcess;
import dev.polyserve.linux.process.CurrentProgram;
import dev.polyserve.linux.process.ChildExitStatus;
import dev.polyserve.linux.process.ChildProgram;
import dev.polyserve.linux.socket.SeqpacketSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A worker whose channel leads to no supervisor ends.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class WorkerMainTest {
    private static final Duration LIMIT = Duration.ofSeconds(50);
    private static final String ERRORS = "ERRORS";

    @TempDir
    private Path directory;

    /// A program with worker processes.
    static final class Serves {
        private Serves() {}

        static void main(String[] arguments) throws IOException {
            try (Server _ = Server.at(arguments[0]).model(Model.processPool(1)).handle(_ -> {
            }).bind()) {
                throw new IllegalStateException("a worker without a supervisor has bound a server");
            }
        }
    }

    @Test
    void withoutAMessageWhenTheSupervisorHasEnded() throws Exception {
        SeqpacketSocket.Pair pair = SeqpacketSocket.pair();
        try (ChildProcess worker = worker(pair)) {
            pair.ours().close();
            assertThat(worker.await(LIMIT).map(ChildExitStatus::text)).contains("exit 0");
            assertThat(errors()).isEmpty();
        }
    }

    @Test
    void withOneSentenceWhenTheOtherSideIsNoSupervisor() throws Exception {
        SeqpacketSocket.Pair pair = SeqpacketSocket.pair();
        WorkerControlChannel channel = new WorkerControlChannel(pair.ours());
        try (ChildProcess worker = worker(pair)) {
            assertThat(channel.send(new WorkerEventMessage.Ready())).isTrue();
            assertThat(channel.flush()).isTrue();
            assertThat(worker.await(LIMIT).map(ChildExitStatus::text)).contains("exit 1");
            assertThat(errors()).isEqualTo(
                    "polyserve: this worker process has no supervisor: it begins with " + new WorkerEventMessage.Ready()
                            + "\n");
        } finally {
            channel.close();
        }
    }

    private ChildProcess worker(SeqpacketSocket.Pair pair) throws IOException {
        Map<String, String> environment = CurrentProgram.environment();
        WorkerEnvironment.addTo(environment);
        environment.put(ERRORS, directory.resolve(ERRORS).toString());
        List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$0\" \"$@\" 2>\"$" + ERRORS + "\""));
        command.addAll(TestProgram.command(List.of(), Serves.class, "tcp://127.0.0.1:0"));
        try {
            return new ChildProgram(command, environment, Optional.empty(), false).start(0, 1, 2,
                    pair.theirs().number());
        } finally {
            pair.theirs().close();
        }
    }

    private String errors() throws IOException {
        return Files.readString(directory.resolve(ERRORS));
    }
}
