"""Files, dealt with once for the whole house: written whole, locked, read with lines, unpacked with distrust."""
