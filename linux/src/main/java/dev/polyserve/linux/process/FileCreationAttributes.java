package dev.polyserve.linux.process;

import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.FileOwnershipCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.SystemCalls;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// The owner and the mode of files at their creation, Unix sockets among them.
///
/// Both are set before the system creates the files. Nothing is changed by path afterwards: by then the owner of the
/// directory could have put a link there, and root would give away the link's target.
///
/// **Thread**: any platform thread; one at a time creates files, because the mode is the process's `umask(2)`. It also
/// applies to other files that the process creates at that moment.
///
/// @param mode the permission bits; empty: those of the umask
/// @param owner the owner of the files; empty: this process's user
public record FileCreationAttributes(Optional<Integer> mode, Optional<RunAsUser> owner) {
    /// Changes neither owner nor mode.
    public static final FileCreationAttributes AS_EVER = new FileCreationAttributes(Optional.empty(), Optional.empty());

    private static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock();
    private static final int ALL = 0777;
    private static final int NONE = -1;

    /// Sets this mode and no other owner.
    public static FileCreationAttributes withMode(int mode) {
        return new FileCreationAttributes(Optional.of(mode), Optional.empty());
    }

    /// An action that creates files.
    ///
    /// @param <T> its result
    @FunctionalInterface
    public interface Creating<T> {
        /// Creates the files, in this thread.
        T create() throws IOException;
    }

    /// Creates files with this owner and mode.
    ///
    /// @throws IOException also when the system refuses the owner; then no file was created
    public <T> T of(Creating<T> creating) throws IOException {
        if (mode.isEmpty() && owner.isEmpty()) {
            return creating.create();
        }
        Optional<String> noCalls = SystemCalls.whyNot();
        if (noCalls.isPresent()) {
            throw new IOException("files cannot be created with an owner or a mode of their own: " + noCalls.get());
        }
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("files get another owner and mode in platform threads only");
        }
        ONE_AT_A_TIME.lock();
        try {
            return withMode(() -> withOwner(creating));
        } finally {
            ONE_AT_A_TIME.unlock();
        }
    }

    private <T> T withMode(Creating<T> creating) throws IOException {
        if (mode.isEmpty()) {
            return creating.create();
        }
        SystemCallMemory memory = SystemCallMemory.small();
        int before = FileOwnershipCalls.umask(memory, ALL & ~mode.get());
        try {
            return creating.create();
        } finally {
            int unused = FileOwnershipCalls.umask(memory, before);
            assert unused == (ALL & ~mode.get());
        }
    }

    /// Creates files as the owner. Permission checks are suspended meanwhile, because the owner's rights would not
    /// suffice where only root may create files.
    private <T> T withOwner(Creating<T> creating) throws IOException {
        if (owner.isEmpty()) {
            return creating.create();
        }
        SystemCallMemory memory = SystemCallMemory.small();
        int group = FileOwnershipCalls.fileGroup(memory, owner.get().gid());
        int user = FileOwnershipCalls.fileUser(memory, owner.get().uid());
        try {
            if (FileOwnershipCalls.fileUser(memory, NONE) != owner.get().uid()
                    || FileOwnershipCalls.fileGroup(memory, NONE) != owner.get().gid()) {
                throw new IOException("files cannot be given to the user " + owner.get()
                        + ": the system refuses setfsuid and setfsgid");
            }
            SystemCallException.require("capset", FileOwnershipCalls.overridePermissions(memory));
            return creating.create();
        } finally {
            int unused = FileOwnershipCalls.fileUser(memory, user) + FileOwnershipCalls.fileGroup(memory, group);
            assert unused >= 0 || user < 0;
        }
    }
}
