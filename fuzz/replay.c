/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds the files of a folder to a fuzz target, one after the other: the
 * corpus as an ordinary test, in builds without libFuzzer. Each input is also
 * fed cut in half, and the empty one always.
 */
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
feed(const char *data, size_t size)
{
	/* A block of exactly that size, so that a read past its end is seen. */
	g_autofree uint8_t *copy = g_memdup2(data, size);

	LLVMFuzzerTestOneInput(copy, size);
}

static bool
replay_file(const char *path)
{
	g_autofree char *data = NULL;
	size_t size = 0;
	g_autoptr(GError) error = NULL;

	if (!g_file_get_contents(path, &data, &size, &error)) {
		g_printerr("replay: %s\n", error->message);
		return false;
	}
	feed(data, size);
	feed(data, size / 2);
	return true;
}

static int
replay_folder(const char *folder)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
	int replayed = 0;

	if (dir == NULL) {
		g_printerr("replay: %s\n", error->message);
		return -1;
	}
	for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (!replay_file(path))
			return -1;
		replayed++;
	}
	return replayed;
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		g_printerr("usage: %s FOLDER\n", argv[0]);
		return 3;
	}
	feed("", 0);

	int replayed = replay_folder(argv[1]);

	g_print("%d inputs\n", replayed);
	return replayed > 0 ? 0 : 1;
}
