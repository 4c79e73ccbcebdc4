package dev.millrace.transform.program;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millrace.spec.TransformSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * A transform's file, unpacked and ready to be run.
 *
 * @param folder what was unpacked
 * @param executable the program in it
 */
public record ProgramFolder(Path folder, Path executable) {
    /** Of a tarball, in all: a few run-time libraries; a bomb is larger. */
    private static final long UNPACKED_BYTES_MAX = 512L << 20;

    private static final int ENTRIES_MAX = 20_000;

    /** With a SHA-256 before it, what file systems take. */
    private static final int FOLDER_NAME_MAX = 160;

    private static final int EXECUTABLE_BIT = 0100;

    /**
     * The program in a folder that all tasks on this machine share; whoever comes first unpacks it.
     *
     * @param shared holds a folder for each file and program in it: the same bytes may be fetched under two names
     * @param file gets the bytes, if nobody has unpacked them yet
     */
    public static ProgramFolder open(Path shared, TransformSpec transform, Supplier<byte[]> file) throws IOException {
        Path folder = shared.resolve(transform.sha256() + "-" + shortened(programName(transform)));
        if (!Files.isDirectory(folder)) {
            ProgramFile fetched = ProgramFile.of(file.get());
            if (!fetched.sha256().equals(transform.sha256())) {
                throw new IOException("the catalog's copy of " + transform.uri() + " has the SHA-256 "
                        + fetched.sha256() + ", not " + transform.sha256());
            }
            Files.createDirectories(shared);
            Path made = Files.createTempDirectory(shared, "unpacking-");
            try {
                unpack(transform, fetched.bytes(), new Disk(made));
                move(made, folder);
            } finally {
                remove(made);
            }
        }
        return new ProgramFolder(folder, folder.resolve(programName(transform)));
    }

    /**
     * Reads a file as {@link #open} would, without writing anything.
     *
     * @throws IOException saying why nobody could run it
     */
    static void check(TransformSpec transform, ProgramFile file) throws IOException {
        Head head = new Head(programName(transform));
        unpack(transform, file.bytes(), head);
        head.check();
    }

    private static String programName(TransformSpec transform) {
        return transform.isTarball() ? plain(transform.program()) : ProgramFile.fileName(transform);
    }

    /** As a part of a folder's name; two long paths in one tarball may share it, and their files are the same. */
    private static String shortened(String program) {
        String flat = program.replaceAll("[^A-Za-z0-9._-]", "_");
        return flat.substring(Math.max(0, flat.length() - FOLDER_NAME_MAX));
    }

    private static String plain(String name) {
        return name.replaceFirst("^(\\./)+", "");
    }

    /** What an archive holds, entry by entry. */
    private interface Entries {
        void file(String name, InputStream content, boolean executable) throws IOException;

        void link(String name, String target) throws IOException;
    }

    private static void unpack(TransformSpec transform, byte[] bytes, Entries entries) throws IOException {
        if (!transform.isTarball()) {
            entries.file(programName(transform), new ByteArrayInputStream(bytes), true);
            return;
        }
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new GzipCompressorInputStream(new ByteArrayInputStream(bytes), true))) {
            long total = 0;
            int count = 0;
            TarArchiveEntry entry = tar.getNextEntry();
            while (entry != null) {
                String name = plain(entry.getName());
                total += Math.max(0, entry.getSize());
                if (++count > ENTRIES_MAX || total > UNPACKED_BYTES_MAX) {
                    throw new IOException("unpacked it has more than " + ENTRIES_MAX + " files or "
                            + (UNPACKED_BYTES_MAX >> 20) + " MB");
                }
                if (entry.isSymbolicLink()) {
                    entries.link(inside(name), entry.getLinkName());
                } else if (isRegular(entry)) {
                    boolean program = name.equals(programName(transform));
                    entries.file(inside(name), tar, program || (entry.getMode() & EXECUTABLE_BIT) != 0);
                } else if (!entry.isDirectory() && !entry.isGlobalPaxHeader()) {
                    throw new IOException(
                            "its entry " + entry.getName() + " is neither a file nor a folder nor a symbolic link");
                }
                entry = tar.getNextEntry();
            }
        }
    }

    private static boolean isRegular(TarArchiveEntry entry) {
        byte flag = entry.getLinkFlag();
        return (flag == TarConstants.LF_NORMAL || flag == TarConstants.LF_OLDNORM) && !entry.isDirectory();
    }

    /** A path that stays below the folder. */
    private static String inside(String name) throws IOException {
        Path path = Path.of(name);
        if (path.isAbsolute() || !path.normalize().equals(path) || path.startsWith("..") || name.isEmpty()) {
            throw new IOException("its entry " + name + " leads out of the folder");
        }
        return name;
    }

    /** Writes what it is given. */
    private record Disk(Path folder) implements Entries {
        @Override
        public void file(String name, InputStream content, boolean executable) throws IOException {
            Path path = below(name);
            Files.copy(content, path);
            Files.setPosixFilePermissions(
                    path, PosixFilePermissions.fromString(executable ? "r-xr-xr-x" : "r--r--r--"));
        }

        @Override
        public void link(String name, String target) throws IOException {
            Path path = below(name);
            Path end = path.getParent().resolve(target).normalize();
            if (!end.startsWith(folder)) {
                throw new IOException("its link " + name + " leads out of the folder");
            }
            Files.createSymbolicLink(path, Path.of(target));
        }

        private Path below(String name) throws IOException {
            Path path = folder.resolve(name);
            Files.createDirectories(path.getParent());
            // A link that was unpacked before must not lead elsewhere.
            if (!path.getParent().toRealPath().startsWith(folder.toRealPath())) {
                throw new IOException("its entry " + name + " leads out of the folder");
            }
            return path;
        }
    }

    /** Looks for the program and at its first bytes. */
    private static final class Head implements Entries {
        private final String program;
        private byte[] bytes = {};
        private boolean found;

        Head(String program) {
            this.program = program;
        }

        @Override
        public void file(String name, InputStream content, boolean executable) throws IOException {
            if (name.equals(program)) {
                bytes = content.readNBytes(4);
                found = true;
            }
        }

        @Override
        public void link(String name, String target) {
            found |= name.equals(program);
        }

        void check() throws IOException {
            if (!found) {
                throw new IOException("there is no file '" + program + "' in it");
            }
            String start = new String(bytes, US_ASCII);
            boolean script = start.startsWith("#!");
            boolean binary = start.endsWith("ELF") || bytes.length == 4 && (bytes[0] & 0xff) >= 0xca;
            if (bytes.length > 0 && !script && !binary) {
                throw new IOException("'" + program + "' is neither a script that begins with #! nor a binary");
            }
        }
    }

    /** Another task may have been faster, with the same content. */
    private static void move(Path made, Path folder) throws IOException {
        try {
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(made, folder, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException | AtomicMoveNotSupportedException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        } catch (java.nio.file.FileSystemException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    private static void remove(Path made) throws IOException {
        if (!Files.isDirectory(made)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> tree = Files.walk(made)) {
            paths = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
