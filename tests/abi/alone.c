extern int nothing; /* a translation unit must not be empty */
