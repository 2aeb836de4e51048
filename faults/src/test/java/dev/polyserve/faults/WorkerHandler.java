package dev.polyserve.faults;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Server;
import dev.polyserve.coroutine.hub.Hub;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The handler of the workers under test: answers each line with the id of its process.
///
/// `rest MILLIS` is answered after that time, `await FILE` as soon as that file exists. `stick FILE` blocks the thread until the test writes into that pipe, and
/// with it the event loop, because the hub was used before. `fill` allocates the whole heap and keeps trying.
///
/// The file named by the property `polyserve.faults.trouble` causes a fault of the worker: `exit N` ends it as soon as
/// it starts; `descriptors` opens descriptors until none is left, at any time if the property `polyserve.faults.watch` is true,
/// and then removes the file.
public final class WorkerHandler implements Handler {
    /// The property with the name of the file.
    static final String TROUBLE = "polyserve.faults.trouble";
    /// The property that makes a worker watch that file while it serves.
    static final String WATCH = "polyserve.faults.watch";
    private static final String EXIT = "exit ";
    /// Not by a formatter, which loads a hundred classes in each worker.
    private static final String PID = "0".repeat(Math.max(0, 4 - Long.toString(ProcessHandle.current().pid()).length()))
            + ProcessHandle.current().pid();
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /// The open files of a worker without free descriptors.
    private static final List<InputStream> OPEN = new ArrayList<>();

    /// The arrays that fill the heap.
    @SuppressWarnings("unused")
    private static volatile Object @Nullable [] kept;

    static {
        String file = System.getProperty(TROUBLE, "");
        if (Server.isWorker() && !file.isEmpty()) {
            Path trouble = Path.of(file);
            String what = read(trouble);
            if (what.startsWith(EXIT)) {
                System.exit(Integer.parseInt(what.substring(EXIT.length())));
            }
            if (Boolean.getBoolean(WATCH)) {
                Thread.ofPlatform().daemon().name("trouble").start(() -> awaitTrouble(trouble));
            }
        }
    }

    private static String read(Path trouble) {
        try {
            return Files.exists(trouble) ? Files.readString(trouble).strip() : "";
        } catch (IOException e) {
            throw new UncheckedIOException("the file of the fault cannot be read", e);
        }
    }

    private static void awaitTrouble(Path trouble) {
        try (WatchService changes = trouble.getFileSystem().newWatchService()) {
            // An idle worker sleeps: it does not look again and again.
            Objects.requireNonNull(trouble.toAbsolutePath().getParent()).register(changes,
                    StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            while (!read(trouble).equals("descriptors")) {
                WatchKey change = changes.take();
                change.pollEvents();
                change.reset();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the directory of the fault's file cannot be watched", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            while (true) {
                OPEN.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException none) {
            if (!trouble.toFile().delete()) {
                throw new IllegalStateException("the file of the fault cannot be removed", none);
            }
        }
    }

    /// Creates the handler of a connection.
    public WorkerHandler() {}

    private static void fill() {
        while (true) {
            try {
                // Small arrays, until not even these fit.
                kept = new Object[]{kept};
            } catch (OutOfMemoryError e) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void handle(Connection connection) throws Exception {
        for (@Nullable
        String line; (line = connection.readLine()) != null;) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("rest")) {
                Thread.sleep(Long.parseLong(words[1]));
            } else if (words[0].equals("await")) {
                while (!Files.exists(Path.of(words[1]))) {
                    TimeUnit.NANOSECONDS.sleep(POLL_NANOS);
                }
            } else if (words[0].equals("stick")) {
                Hub.find();
                try (InputStream pipe = new FileInputStream(words[1])) {
                    pipe.readAllBytes();
                }
            } else if (words[0].equals("fill")) {
                fill();
            }
            // As many bytes as a short request at least, which the client waits for; the system has ids of three digits, too.
            connection.writeLine(PID);
        }
    }
}
