package dev.polyserve.tls;

import dev.polyserve.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The metadata of a configuration's files at one moment: two snapshots are equal when no file was changed or replaced
/// between them, also behind a symbolic link.
///
/// **Thread**: any.
///
/// @param files the state of each file, in the order of the configuration
record FileMetadataSnapshot(List<State> files) {
    /// One file; its attributes are null when it cannot be looked at.
    ///
    /// @param path as configured
    /// @param real where its symbolic links lead
    /// @param modified when it was changed last
    /// @param bytes its size
    /// @param key its identity in the file system, where that has one
    private record State(Path path, @Nullable Path real, @Nullable FileTime modified, long bytes,
            @Nullable Object key) {
        static State of(Path path) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
                return new State(path, path.toRealPath(), attributes.lastModifiedTime(), attributes.size(),
                        attributes.fileKey());
            } catch (IOException e) {
                // Missing, or being replaced: it differs from what was read, and reading it says why.
                return new State(path, null, null, 0, null);
            }
        }
    }

    static FileMetadataSnapshot of(Tls tls) {
        var states = new ArrayList<State>();
        for (Tls.CertificateFiles files : tls.certificates()) {
            states.add(State.of(files.chain()));
            states.add(State.of(files.key()));
        }
        tls.authorities().ifPresent(file -> states.add(State.of(file)));
        tls.clientAuthorities().ifPresent(file -> states.add(State.of(file)));
        return new FileMetadataSnapshot(List.copyOf(states));
    }
}
