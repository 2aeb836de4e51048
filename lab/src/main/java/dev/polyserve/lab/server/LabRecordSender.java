package dev.polyserve.lab.server;

import dev.polyserve.linux.system.SystemCalls;
import dev.polyserve.record.BufferedConnectionRecorder;
import dev.polyserve.record.TimelineEvent;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Sends what this process records to the lab, as lines of words between tabs:
///
/// ```
///   process PID                                              the first line
///   event   KIND NANOS PORT AMOUNT THREADID THREAD TEXT
///   figures NANOS CALLS WRITES DROPPED                       system calls of ours (-1: unknown), lines' own writes
/// ```
///
/// **Thread**: its own sends. When the lab is gone, it ends; the events are dropped then.
final class LabRecordSender {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int SENDS_PER_FIGURES = 5;

    private final BufferedConnectionRecorder recorder;
    private final SocketChannel lab;
    private final StringBuilder lines = new StringBuilder();
    private long writes;

    private LabRecordSender(BufferedConnectionRecorder recorder, SocketChannel lab) {
        this.recorder = recorder;
        this.lab = lab;
    }

    /// Connects to the lab, and starts the thread.
    static void start(BufferedConnectionRecorder recorder, Path socket) throws IOException {
        LabRecordSender sender = new LabRecordSender(recorder, SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        sender.lines.append("process\t").append(ProcessHandle.current().pid()).append('\n');
        Thread.ofPlatform().name("lab-records").daemon().start(sender::run);
    }

    private void run() {
        try (lab) {
            for (int sends = 0;; sends++) {
                recorder.take(this::append);
                if (sends % SENDS_PER_FIGURES == 0) {
                    appendFigures();
                }
                send();
                LockSupport.parkNanos(this, INTERVAL_NANOS);
            }
        } catch (IOException e) {
            // The lab is gone, and this process ends soon: its standard input ends, too.
            assert !lab.isOpen();
        }
    }

    private void append(TimelineEvent event) {
        lines.append("event\t").append(event.kind().label()).append('\t').append(event.nanos()).append('\t')
                .append(event.port()).append('\t').append(event.amount()).append('\t').append(event.threadId())
                .append('\t');
        appendText(event.thread());
        lines.append('\t');
        appendText(event.text());
        lines.append('\n');
    }

    /// Without the characters that end a word or a line.
    private void appendText(String text) {
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            lines.append(next < ' ' ? ' ' : next);
        }
    }

    private void appendFigures() {
        lines.append("figures\t").append(System.nanoTime()).append('\t').append(SystemCalls.count().orElse(-1))
                .append('\t').append(writes).append('\t').append(recorder.dropped()).append('\n');
    }

    private void send() throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(lines.toString());
        lines.setLength(0);
        while (bytes.hasRemaining()) {
            int _ = lab.write(bytes);
            writes++;
        }
    }
}
