package dev.polyserve.lab;

import dev.polyserve.lab.client.LabClientRunContext;
import dev.polyserve.lab.recording.LabEventKind;
import dev.polyserve.lab.recording.LabEvent;
import dev.polyserve.lab.recording.LabEvent.Lane;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Receives what the processes of one server record, at a Unix socket. The lines are those of
/// `dev.polyserve.lab.server.LabRecordSender`.
///
/// **Thread**: a virtual thread for each process, and one that accepts.
final class LabRecordReceiver implements AutoCloseable {
    private static final String WORDS = "\t";
    // The places of the words in a line.
    private static final int EVENT_WORDS = 8;
    private static final int KIND = 1;
    private static final int NANOS = 2;
    private static final int PORT = 3;
    private static final int AMOUNT = 4;
    private static final int THREAD_ID = 5;
    private static final int THREAD = 6;
    private static final int TEXT = 7;
    private static final int FIGURES_WORDS = 5;
    private static final int CALLS = 2;
    private static final int WRITES = 3;
    private static final int DROPPED = 4;

    private final ServerSocketChannel socket;
    private final Path path;
    private final int server;
    private final LabClientRunContext run;
    private final LabServerProcesses processes;
    private final Runnable whenChanged;
    private final Map<Long, Long> dropped = new ConcurrentHashMap<>();

    /// Listens at a path.
    ///
    /// @param whenChanged runs when a process begins, and when one has dropped events
    LabRecordReceiver(Path path, int server, LabClientRunContext run, LabServerProcesses processes,
            Runnable whenChanged)
            throws IOException {
        this.path = path;
        this.server = server;
        this.run = run;
        this.processes = processes;
        this.whenChanged = whenChanged;
        this.socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
        Thread.ofVirtual().name("lab-accept").start(this::accept);
    }

    Path path() {
        return path;
    }

    /// How many events the processes have dropped.
    long dropped() {
        return dropped.values().stream().mapToLong(Long::longValue).sum();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel process = socket.accept();
                Thread.ofVirtual().name("lab-records").start(() -> receive(process));
            }
        } catch (IOException e) {
            // Closed: the run is over.
            assert !socket.isOpen();
        }
    }

    private void receive(SocketChannel from) {
        try (from; BufferedReader lines = new BufferedReader(Channels.newReader(from, StandardCharsets.UTF_8))) {
            String first = lines.readLine();
            if (first != null && first.startsWith("process" + WORDS)) {
                receive(lines, Long.parseLong(first.substring(first.indexOf(WORDS) + 1)));
            }
        } catch (IOException e) {
            // The process has ended, or the run is over.
            assert !from.isOpen() || socket.isOpen();
        }
    }

    private void receive(BufferedReader lines, long pid) throws IOException {
        boolean isWorker = processes.add(pid) && processes.pids().getFirst() != pid;
        if (isWorker) {
            tell(LabEventKind.WORKER_STARTED, 0, pid);
        }
        whenChanged.run();
        try {
            for (String line; (line = lines.readLine()) != null;) {
                take(line.split(WORDS, -1), pid);
            }
        } finally {
            if (isWorker) {
                tell(LabEventKind.WORKER_ENDED, 0, pid);
            }
        }
    }

    private void take(String[] words, long pid) {
        if (words.length == EVENT_WORDS) {
            event(words, pid);
        } else if (words.length == FIGURES_WORDS) {
            processes.counts(pid, Long.parseLong(words[CALLS]), Long.parseLong(words[WRITES]));
            long count = Long.parseLong(words[DROPPED]);
            long before = dropped.getOrDefault(pid, 0L);
            if (count > before) {
                dropped.put(pid, count);
                tell(LabEventKind.DROPPED, count - before, pid);
                whenChanged.run();
            }
        }
    }

    private void event(String[] words, long pid) {
        long micros = run.micros(Long.parseLong(words[NANOS]));
        var kind = LabEventKind.labelled(words[KIND]);
        var lane = kind.equals(Optional.of(LabEventKind.ACCEPT_FAILED))
                ? Optional.of(Lane.of(server))
                : run.numbers().at(server, Integer.parseInt(words[PORT]), micros);
        if (lane.isPresent() && kind.isPresent()) {
            run.events().add(new LabEvent(micros, lane.get(), kind.get(), Long.parseLong(words[AMOUNT]), pid,
                    Long.parseLong(words[THREAD_ID]), words[THREAD], words[TEXT]));
        }
    }

    private void tell(LabEventKind kind, long amount, long pid) {
        run.events().add(new LabEvent(run.micros(System.nanoTime()), Lane.of(server), kind, amount, pid, 0, "", ""));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
