package dev.polyserve.linux.process;

import dev.polyserve.linux.system.CLibrary;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCalls;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// A user of the system to which a program started as root changes for good: it binds what needs root, and serves with
/// few rights.
///
/// All threads change, because the C library's functions are called: a raw system call would change one thread, and
/// leave all others root. The result is then verified for every thread.
///
/// **Thread**: any.
public final class RunAsUser {
    private static final int ROOT = 0;

    private final String text;
    private final int uid;
    private final int gid;
    private final int[] groups;

    private RunAsUser(String text, int uid, int gid, int... groups) {
        this.text = text;
        this.uid = uid;
        this.gid = gid;
        this.groups = groups;
    }

    /// Looks up `NAME` or `NAME:GROUP`; both may be numbers.
    ///
    /// @throws IOException in one sentence when there is no such user or group, or this program may not change
    public static RunAsUser of(String text) throws IOException {
        Optional<String> noCalls = SystemCalls.whyNot();
        if (noCalls.isPresent()) {
            throw new IOException("cannot become the user " + text + ": " + noCalls.get());
        }
        if (CLibrary.effectiveUser() != ROOT) {
            throw new IOException("cannot become the user " + text
                    + ": only root may; start the program as root, or without that");
        }
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        Optional<CLibrary.User> known = CLibrary.user(name);
        int uid = known.isPresent() ? known.get().uid() : number(name, "user");
        if (uid == ROOT) {
            throw new IOException("the user " + name + " is root itself: name a user with fewer rights");
        }
        int gid = colon >= 0
                ? group(text.substring(colon + 1))
                : known.orElseThrow(() -> new IOException(
                        "the user " + name + " is not known here: name a group, too, as in " + name + ":" + name))
                        .gid();
        return new RunAsUser(text, uid, gid, known.isPresent() ? CLibrary.groups(name, gid) : new int[]{gid});
    }

    private static int group(String name) throws IOException {
        Optional<Integer> known = CLibrary.group(name);
        return known.isPresent() ? known.get() : number(name, "group");
    }

    private static int number(String name, String what) throws IOException {
        if (!name.matches("[0-9]{1,9}")) {
            throw new IOException("there is no " + what + " '" + name + "' on this system");
        }
        return Integer.parseInt(name);
    }

    /// Changes every thread to that user, and verifies it.
    ///
    /// @throws IOException in one sentence when the change failed: the program may still be root then, and should end
    public void become() throws IOException {
        CurrentProgram.rememberEnvironment();
        require("setgroups", CLibrary.setGroups(groups));
        require("setresgid", CLibrary.setGroup(gid));
        require("setresuid", CLibrary.setUser(uid));
        requireInEveryThread();
        if (CLibrary.setuid(ROOT) >= 0) {
            throw failed("it could become root again");
        }
    }

    int uid() {
        return uid;
    }

    int gid() {
        return gid;
    }

    /// True for a user with at least the rights of this process's user: the same user, or root.
    ///
    /// @param user from [dev.polyserve.ConnectionInfo.Credentials]
    public static boolean isOursOrRoot(long user) {
        return user == ROOT || user == Integer.toUnsignedLong(CLibrary.effectiveUser());
    }

    private void requireInEveryThread() throws IOException {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path thread : threads) {
                requireIn(thread);
            }
        }
    }

    private void requireIn(Path thread) throws IOException {
        List<String> status;
        try {
            status = Files.readAllLines(thread.resolve("status"));
        } catch (NoSuchFileException e) {
            return; // The thread has ended.
        } catch (IOException e) {
            if (Files.notExists(thread)) {
                return; // The thread ended while its file was read.
            }
            throw e;
        }
        for (String line : status) {
            String[] words = line.split("\\s+", -1);
            boolean wrong = switch (words[0]) {
                case "Uid:" -> isOther(words, uid);
                case "Gid:" -> isOther(words, gid);
                case "Groups:" -> !sorted(words).equals(sorted());
                default -> false;
            };
            if (wrong) {
                throw failed("thread " + thread.getFileName() + " still has '" + line.strip() + "'");
            }
        }
    }

    /// Compares the real, effective, saved and file system's numbers, each an unsigned 32-bit number.
    private static boolean isOther(String[] words, int wanted) {
        String number = Integer.toUnsignedString(wanted);
        return !Arrays.stream(words, 1, 5).allMatch(number::equals);
    }

    private static Set<Integer> sorted(String... words) {
        Set<Integer> sorted = new TreeSet<>();
        for (int i = 1; i < words.length; i++) {
            if (!words[i].isEmpty()) {
                sorted.add(Integer.parseUnsignedInt(words[i]));
            }
        }
        return sorted;
    }

    private Set<Integer> sorted() {
        Set<Integer> sorted = new TreeSet<>();
        for (int group : groups) {
            sorted.add(group);
        }
        return sorted;
    }

    private void require(String call, int result) throws IOException {
        if (result < 0) {
            throw failed(call + " says " + Errno.text(-result));
        }
    }

    private IOException failed(String why) {
        return new IOException("cannot become the user " + text + ": " + why);
    }

    /// The text from which it was looked up.
    @Override
    public String toString() {
        return text;
    }
}
